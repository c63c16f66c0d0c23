import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { downloads } from "./downloads.ts";
import type { Catalogue, FoundProgram } from "./look.ts";
import type { ProgramDefinition } from "./programs.ts";
import { type ProvideOptions, provideOne } from "./provide.ts";
import type { Recipe } from "./recipes.ts";

/** Programs that only the tests use; the sandbox starts without them. */
export type TestProgram =
  | "helm"
  | "argo"
  | "actionlint"
  | "crane"
  | "pulumi-language-yaml"
  | "sandbox-argo-cd"
  | "sandbox-argo-events";

const modules = join(dirname(fileURLToPath(import.meta.url)), "modules");
const own = { plugin: false };

const programs: readonly ProgramDefinition<TestProgram>[] = [
  {
    ...own,
    name: "helm", // renders the example chart; Helm 3, because Argo CD uses it
    version: "3.22.0",
    question: { kind: "command", args: ["version", "--short"], answer: /^v(\d+\.\d+\.\d+[^\s+]*)/m },
    wanted: ">=3.14 <5",
    published: "https://github.com/helm/helm/releases",
  },
  {
    ...own,
    name: "argo", // lints the workflow templates
    version: "4.0.7",
    question: { kind: "command", args: ["version", "--short"], answer: /^argo: v(\d+\.\d+\.\d+[^\s+]*)/m },
    wanted: "^4.0.7",
    published: "https://github.com/argoproj/argo-workflows/releases",
  },
  {
    ...own,
    name: "actionlint", // lints the GitHub workflows
    version: "1.7.12",
    question: { kind: "command", args: ["-version"], answer: /^v?(\d+\.\d+\.\d+\S*)/ },
    wanted: "^1.7.12",
    published: "https://github.com/rhysd/actionlint/releases",
  },
  {
    ...own,
    name: "crane", // pushes the image in the last step of a build
    version: "0.20.6",
    question: { kind: "command", args: ["version"], answer: /^v?(\d+\.\d+\.\d+\S*)/ },
    wanted: "^0.20.6",
    published: "https://github.com/google/go-containerregistry/releases",
  },
  {
    ...own,
    name: "pulumi-language-yaml", // runs a program that uses this project as a package
    version: "1.25.0",
    question: { kind: "plugin", service: "pulumirpc.LanguageRuntime" },
    wanted: "^1.25.0",
    published: "https://github.com/pulumi/pulumi/releases",
  },
  {
    ...own,
    name: "sandbox-argo-events", // creates Workflows from pushes
    version: "1.9.11",
    question: { kind: "command", args: ["--version"], answer: /^sandbox-argo-events (\S+)/m },
    wanted: "1.9.11",
    published: "only here: go build in sandbox/toolchain/modules/argo-events, on a machine with Go",
  },
  {
    ...own,
    name: "sandbox-argo-cd", // syncs Applications, and evaluates the roles of an AppProject
    version: "3.2.11",
    question: { kind: "command", args: ["version"], answer: /^sandbox-argo-cd: v(\d+\.\d+\.\d+\S*)/m },
    wanted: "3.2.11",
    published: "https://github.com/argoproj/argo-cd/releases",
  },
];

const recipes: readonly Recipe<TestProgram>[] = [
  {
    name: "helm",
    module: join(modules, "helm"),
    packages: { helm: "helm.sh/helm/v3/cmd/helm" },
    ldflags: "-s -w -X helm.sh/helm/v3/internal/version.version=v3.22.0",
    usually: "3 min",
  },
  {
    // Argo's linter in our own main package: the official one embeds a web UI that the module lacks.
    name: "argo",
    module: join(modules, "argo"),
    packages: { argo: "." },
    ldflags: "-s -w -X main.version=4.0.7",
    usually: "3 min",
  },
  {
    name: "crane",
    module: join(modules, "crane"),
    packages: { crane: "github.com/google/go-containerregistry/cmd/crane" },
    ldflags: "-s -w -X github.com/google/go-containerregistry/cmd/crane/cmd.Version=0.20.6",
    usually: "30 s",
  },
  {
    name: "pulumi-language-yaml",
    module: join(modules, "pulumi-language-yaml"),
    packages: { "pulumi-language-yaml": "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
    ldflags: "-s -w -X github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.25.0",
    usually: "2 min",
  },
  {
    name: "argo-events",
    module: join(modules, "argo-events"),
    packages: { "sandbox-argo-events": "." },
    ldflags: "-s -w -X main.version=1.9.11",
    usually: "3 min",
  },
  {
    name: "actionlint",
    module: join(modules, "actionlint"),
    packages: { actionlint: "github.com/rhysd/actionlint/cmd/actionlint" },
    ldflags: "-s -w -X github.com/rhysd/actionlint.version=1.7.12",
    usually: "15 s",
  },
  {
    // The newest version whose module compiles.
    name: "argo-cd",
    module: join(modules, "argo-cd"),
    packages: { "sandbox-argo-cd": "." },
    ldflags: "-s -w -X main.version=3.2.11",
    usually: "6 min",
  },
];

/** All programs of the tests. */
export const forTests: Catalogue<TestProgram> = { programs, recipes, downloads };

/**
 * Finds, downloads or builds one program of the tests. A built `argo` supports only `argo lint --offline <file>…`.
 * @throws ToolchainError
 */
export function ensureTestProgram(
  name: TestProgram,
  options?: ProvideOptions,
): Promise<FoundProgram<TestProgram>> {
  return provideOne(forTests, name, options);
}
