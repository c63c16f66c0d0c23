import { join } from "node:path";
import type { Publication } from "./downloads.ts";
import { kubernetesProvider, languageHost } from "./edited-module.ts";
import type { Recipe } from "./recipes.ts";

/** How to get a program's version: from a command's output, or from a plugin's gRPC service. */
export type Question =
  | { readonly kind: "command"; readonly args: readonly string[]; readonly answer: RegExp }
  | { readonly kind: "plugin"; readonly service: "pulumirpc.ResourceProvider" | "pulumirpc.LanguageRuntime" };

/** One program: what is accepted from PATH, how to download it, and how to build it. */
export interface ProgramDefinition<Name extends string = string> {
  readonly name: Name;
  /** The version to download or build. */
  readonly version: string;
  readonly question: Question;
  /** The accepted versions, as a range of the package `semver`. */
  readonly wanted: string;
  /** Whether Pulumi's plugin folder may contain it. @default false */
  readonly plugin?: boolean;
  /** The makers' page. */
  readonly published: string;
  /** Undefined if its makers publish no file. */
  readonly download?: Publication;
  readonly recipe: Recipe;
  /** The main package to build. */
  readonly package: string;
}

/** Asks a command for its version. */
export const command = (answer: RegExp, ...args: readonly string[]): Question => ({
  kind: "command",
  args,
  answer,
});

/** The page of a GitHub repository's releases. */
export const releasesOf = (repository: string): string => `https://github.com/${repository}/releases`;

/** The recipe of a module in `modules/`; `stamp` is the variable that gets the version. */
export const moduleOf = (folder: string, usually: string, stamp?: string): Recipe => ({
  module: join(import.meta.dirname, "modules", folder),
  ldflags: stamp === undefined ? "-s -w" : `-s -w -X ${stamp}`,
  usually,
});

const PULUMI = "3.276.0";
const PULUMI_STAMP = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const KUBERNETES = "1.37.2";
const KUBERNETES_STAMP = "k8s.io/component-base/version";

const engineFile: Publication = {
  site: "github",
  file: "pulumi/pulumi/releases/download/v{version}/pulumi-v{version}-{os}-{cpu}.tar.gz",
  checksums: "pulumi-{version}-checksums.txt",
  member: "pulumi/{program}",
};

const server = {
  version: KUBERNETES,
  question: command(/Kubernetes v(\S+)/, "--version"),
  wanted: "1.37",
  published: "https://kubernetes.io/releases/download/",
  download: {
    site: "kubernetes",
    file: "release/v{version}/bin/{os}/{arch}/{program}",
    checksums: "{program}.sha256",
    only: "linux",
  },
  recipe: moduleOf(
    "kubernetes",
    "9 min",
    `${KUBERNETES_STAMP}.gitVersion=v${KUBERNETES} -X ${KUBERNETES_STAMP}.gitMajor=1 -X ${KUBERNETES_STAMP}.gitMinor=37`,
  ),
} as const;

/** A plugin of Pulumi, built from a wrapper in `sandbox/plugins`. */
function provider<Name extends string>(
  name: Name,
  version: string,
  recipe: Pick<Recipe, "usually" | "edited">,
) {
  return {
    name: `pulumi-resource-${name}` as const,
    version,
    question: { kind: "plugin", service: "pulumirpc.ResourceProvider" },
    wanted: `^${version}`,
    plugin: true,
    published: releasesOf(`pulumi/pulumi-${name}`),
    download: {
      site: "github",
      file: `pulumi/pulumi-${name}/releases/download/v{version}/{program}-v{version}-{os}-{arch}.tar.gz`,
      checksums: `pulumi-${name}_{version}_checksums.txt`,
      member: "{program}",
    },
    recipe: {
      ...recipe,
      module: join(import.meta.dirname, "..", "plugins", name),
      ldflags: `-s -w -X main.version=${version}`,
    },
    package: ".",
  } as const;
}

/**
 * The eight programs in build order; the quick ones come first, to fail early. All versions in these ranges work
 * together: both servers of a control plane have the same minor version, and kubectl may differ by one
 * (https://kubernetes.io/releases/version-skew-policy/).
 */
const definitions = [
  {
    name: "etcd",
    version: "3.7.3",
    question: command(/etcd Version: v?(\S+)/, "--version"),
    wanted: "^3.5.0",
    published: releasesOf("etcd-io/etcd"),
    download: {
      site: "github",
      file: "etcd-io/etcd/releases/download/v{version}/etcd-v{version}-{os}-{arch}.{archive}",
      checksums: "SHA256SUMS",
      member: "etcd-v{version}-{os}-{arch}/etcd",
    },
    recipe: moduleOf("etcd", "35 s"),
    package: "go.etcd.io/etcd/server/v3",
  },
  {
    name: "pulumi-language-nodejs",
    // The last version that the module proxies serve.
    version: "3.48.0",
    question: { kind: "plugin", service: "pulumirpc.LanguageRuntime" },
    wanted: `3.48.0 || ^${PULUMI}`,
    published: releasesOf("pulumi/pulumi"),
    download: { ...engineFile, version: PULUMI },
    recipe: {
      ...moduleOf("pulumi-language-nodejs", "40 s", `${PULUMI_STAMP}=v3.48.0`),
      edited: languageHost,
    },
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
  },
  provider("kubernetes", "4.34.2", { usually: "5 min", edited: kubernetesProvider }),
  provider("github", "6.15.0", { usually: "3 min" }),
  {
    name: "pulumi",
    version: PULUMI,
    question: command(/^v?(\d+\.\d+\.\d+\S*)/m, "version"),
    wanted: `^${PULUMI}`,
    published: releasesOf("pulumi/pulumi"),
    download: engineFile,
    recipe: moduleOf("pulumi", "4 min", `${PULUMI_STAMP}=v${PULUMI}`),
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  },
  { ...server, name: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
  { ...server, name: "kube-controller-manager", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
  {
    ...server,
    name: "kubectl",
    question: command(/"gitVersion": "v([^"]+)"/, "version", "--client", "--output", "json"),
    wanted: "1.36 - 1.38",
    download: { ...server.download, only: undefined },
    package: "k8s.io/kubernetes/cmd/kubectl",
  },
] as const satisfies readonly ProgramDefinition[];

/** The name of a program that the sandbox starts. */
export type ProgramName = (typeof definitions)[number]["name"];

/** All programs of the sandbox, in build order. */
export const programs: readonly ProgramDefinition<ProgramName>[] = definitions;
