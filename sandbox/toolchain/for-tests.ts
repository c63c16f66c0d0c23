import { untilInterrupted } from "./interruption.ts";
import { findAll, type Paths, pathsOf } from "./look.ts";
import { command, moduleOf, type ProgramDefinition, releasesOf } from "./programs.ts";
import { type ProvideOptions, provide } from "./provide.ts";

const definitions = [
  {
    name: "helm", // renders the example chart; Helm 3, because Argo CD uses it
    version: "3.22.0",
    question: command(/^v(\d+\.\d+\.\d+[^\s+]*)/m, "version", "--short"),
    wanted: ">=3.14 <5",
    published: releasesOf("helm/helm"),
    download: {
      site: "helm",
      file: "helm-v{version}-{os}-{arch}.tar.gz",
      checksums: "helm-v{version}-{os}-{arch}.tar.gz.sha256sum",
      member: "{os}-{arch}/helm",
    },
    recipe: moduleOf("helm", "3 min", "helm.sh/helm/v3/internal/version.version=v3.22.0"),
    package: "helm.sh/helm/v3/cmd/helm",
  },
  {
    // Lints the workflow templates. Our own main package: the official one embeds a web UI that the module lacks.
    name: "argo",
    version: "4.0.7",
    question: command(/^argo: v(\d+\.\d+\.\d+[^\s+]*)/m, "version", "--short"),
    wanted: "^4.0.7",
    published: releasesOf("argoproj/argo-workflows"),
    download: {
      site: "github",
      file: "argoproj/argo-workflows/releases/download/v{version}/argo-{os}-{arch}.gz",
      checksums: "argo-workflows-cli-checksums.txt",
    },
    recipe: moduleOf("argo", "3 min", "main.version=4.0.7"),
    package: ".",
  },
  {
    name: "actionlint", // lints the GitHub workflows
    version: "1.7.12",
    question: command(/^v?(\d+\.\d+\.\d+\S*)/, "-version"),
    wanted: "^1.7.12",
    published: releasesOf("rhysd/actionlint"),
    download: {
      site: "github",
      file: "rhysd/actionlint/releases/download/v{version}/actionlint_{version}_{os}_{arch}.tar.gz",
      checksums: "actionlint_{version}_checksums.txt",
      member: "actionlint",
    },
    recipe: moduleOf("actionlint", "15 s", "github.com/rhysd/actionlint.version=1.7.12"),
    package: "github.com/rhysd/actionlint/cmd/actionlint",
  },
  {
    name: "crane", // pushes the image in the last step of a build
    version: "0.20.6",
    question: command(/^v?(\d+\.\d+\.\d+\S*)/, "version"),
    wanted: "^0.20.6",
    published: releasesOf("google/go-containerregistry"),
    recipe: moduleOf("crane", "30 s", "github.com/google/go-containerregistry/cmd/crane/cmd.Version=0.20.6"),
    package: "github.com/google/go-containerregistry/cmd/crane",
  },
  {
    name: "pulumi-language-yaml", // runs a program that uses this project as a package
    version: "1.32.0",
    question: { kind: "plugin", service: "pulumirpc.LanguageRuntime" },
    wanted: "^1.32.0",
    published: releasesOf("pulumi/pulumi"),
    recipe: moduleOf(
      "pulumi-language-yaml",
      "2 min",
      "github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.32.0",
    ),
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
  },
  {
    name: "sandbox-argo-events", // creates Workflows from pushes
    version: "1.9.11",
    question: command(/^sandbox-argo-events (\S+)/m, "--version"),
    wanted: "1.9.11",
    published: "only here: go build in sandbox/toolchain/modules/argo-events, on a machine with Go",
    recipe: moduleOf("argo-events", "3 min", "main.version=1.9.11"),
    package: ".",
  },
  {
    name: "sandbox-argo-cd", // syncs Applications, and evaluates the roles of an AppProject
    version: "3.2.11", // the newest version whose module compiles
    question: command(/^sandbox-argo-cd: v(\d+\.\d+\.\d+\S*)/m, "version"),
    wanted: "3.2.11",
    published: releasesOf("argoproj/argo-cd"),
    recipe: moduleOf("argo-cd", "6 min", "main.version=3.2.11"),
    package: ".",
  },
] as const satisfies readonly ProgramDefinition[];

/** A program that only the tests use; the sandbox starts without it. */
type TestProgram = (typeof definitions)[number]["name"];

/** All programs of the tests. */
export const testPrograms: readonly ProgramDefinition<TestProgram>[] = definitions;

/**
 * Finds programs of the tests, or gets them and shows progress. A built `argo` supports only
 * `argo lint --offline <file>…`.
 * @throws ToolchainError
 */
export async function ensurePrograms<Name extends TestProgram>(
  names: readonly Name[],
  options?: ProvideOptions,
): Promise<Paths<Name>> {
  return pathsOf(await provide(only(names), options));
}

/** The same programs if all of them are already present. */
export async function findPrograms<Name extends TestProgram>(
  names: readonly Name[],
): Promise<Paths<Name> | undefined> {
  const findings = await untilInterrupted((signal) => findAll(only(names), process.env, signal));
  const found = findings.flatMap((finding) => finding.found ?? []);
  return found.length === findings.length ? pathsOf(found) : undefined;
}

const only = (names: readonly TestProgram[]) => testPrograms.filter(({ name }) => names.includes(name));
