import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { EditedModule } from "./edited-module.ts";
import type { ProgramName } from "./programs.ts";

/** How to build one or more programs with one `go build`. */
export interface Recipe<Name extends string = string> {
  /** The name for progress, log file and messages. */
  readonly name: string;
  /** The folder of the Go module. */
  readonly module: string;
  /** The main package of each program. */
  readonly packages: Partial<Readonly<Record<Name, string>>>;
  readonly ldflags: string;
  /** A module whose source is edited first. */
  readonly edited?: EditedModule;
  /** The usual duration of a first build on two cores, with downloads. */
  readonly usually: string;
}

/** Flags of every build. The module pins the versions. */
export const buildFlags = ["-mod=readonly", "-trimpath", "-buildvcs=false"] as const;

/** Static binaries without a C compiler, independent of a surrounding Go workspace. */
export const buildEnvironment = { CGO_ENABLED: "0", GOWORK: "off", GO111MODULE: "on" } as const;

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "modules");
const plugins = join(here, "..", "plugins");
const strip = "-s -w";
const pulumiVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const kubernetesVersion = "k8s.io/component-base/version";

/**
 * Pulumi's Kubernetes provider without features that this project does not use: charts, releases, Kustomize and
 * components import the generated Go SDK and all of Helm, which take 25 of 31 minutes to compile.
 */
const kubernetesProvider: EditedModule = {
  path: "github.com/pulumi/pulumi-kubernetes/provider/v4",
  leftOut: [
    "helm_release.go",
    "invoke_helm_template.go",
    "invoke_kustomize.go",
    "manifest_json.go",
    "provider_construct.go",
    "provider_parameterize.go",
  ].map((file) => `pkg/provider/${file}`),
  added: { "_left-out/provider.go": "pkg/provider/left_out.go" },
  // Since 4.29 a create is a POST, which fails if the object exists. The first update takes over its field manager.
  replaced: {
    "pkg/await/await.go": [
      [
        "if c.ServerSideApply {\n\t\t\t\tforce := patchForce(c.Inputs, nil, c.Preview)",
        "if c.ServerSideApply && kinds.IsPatchResource(c.URN, c.Inputs.GetKind()) {\n\t\t\t\tforce := patchForce(c.Inputs, nil, c.Preview)",
      ],
      [
        "options := metav1.CreateOptions{\n\t\t\t\t\tFieldManager: c.FieldManager,",
        'options := metav1.CreateOptions{\n\t\t\t\t\tFieldManager: "pulumi-kubernetes",',
      ],
    ],
  },
};

/**
 * Pulumi's language host 3.48.0, the last one that the module proxies serve, with what later engines ask of it. Its
 * relay between program and engine would drop what it does not know, such as a child's `protect: false`; so the
 * program speaks with the engine itself.
 */
const languageHost: EditedModule = {
  path: "github.com/pulumi/pulumi/sdk/v3",
  leftOut: [],
  added: { "_added/later.go": "nodejs/cmd/pulumi-language-nodejs/later.go" },
  replaced: {
    "nodejs/cmd/pulumi-language-nodejs/main.go": [
      ['maybeAppendArg("monitor", address)', 'maybeAppendArg("monitor", req.GetMonitorAddress())'],
      [
        "go host.execNodejs(ctx, responseChannel,",
        "host, _ = host.with(req, infoOfRun)\n\tgo host.execNodejs(ctx, responseChannel,",
      ],
      ['return errors.New("not supported")', "return host.runPlugin(req, server)"],
    ],
  },
};

/** The recipes of all eight programs in build order. The quick ones come first, to fail early. */
export const recipes: readonly Recipe<ProgramName>[] = [
  {
    name: "etcd",
    module: join(modules, "etcd"),
    packages: { etcd: "go.etcd.io/etcd/server/v3" },
    ldflags: strip,
    usually: "35 s",
  },
  {
    name: "pulumi-language-nodejs",
    module: join(modules, "pulumi-language-nodejs"),
    packages: {
      "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    },
    ldflags: `${strip} -X ${pulumiVersion}=v3.48.0`,
    edited: languageHost,
    usually: "40 s",
  },
  {
    name: "kubernetes plugin",
    module: join(plugins, "kubernetes"),
    packages: { "pulumi-resource-kubernetes": "." },
    ldflags: `${strip} -X main.version=4.34.2`,
    edited: kubernetesProvider,
    usually: "5 min",
  },
  {
    name: "github plugin",
    module: join(plugins, "github"),
    packages: { "pulumi-resource-github": "." },
    ldflags: `${strip} -X main.version=6.15.0`,
    usually: "3 min",
  },
  {
    name: "pulumi",
    module: join(modules, "pulumi"),
    packages: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    ldflags: `${strip} -X ${pulumiVersion}=v3.276.0`,
    usually: "4 min",
  },
  {
    name: "kubernetes",
    module: join(modules, "kubernetes"),
    packages: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      kubectl: "k8s.io/kubernetes/cmd/kubectl",
    },
    ldflags: `${strip} -X ${kubernetesVersion}.gitVersion=v1.37.2 -X ${kubernetesVersion}.gitMajor=1 -X ${kubernetesVersion}.gitMinor=37`,
    usually: "9 min",
  },
];

/**
 * A hash of a build's inputs, 12 hexadecimal digits: flags, main package and every file of the module (go.mod,
 * go.sum, sources, embedded files). So an edited plugin is built again.
 */
export async function recipeKey(recipe: Recipe, program: string): Promise<string> {
  const hash = createHash("sha256");
  hash.update(
    JSON.stringify([buildFlags, buildEnvironment, recipe.ldflags, recipe.packages[program], recipe.edited]),
  );
  const entries = await readdir(recipe.module, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !/_test\.go$|\.md$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`\n${file.slice(recipe.module.length)} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** The minimum Go version of a module, from the `go` line of its go.mod. */
export async function goVersionOf(recipe: Recipe): Promise<string> {
  const goMod = await readFile(join(recipe.module, "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(goMod)?.[1] ?? "1.0";
}
