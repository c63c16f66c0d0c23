import semver from "semver";

/** Every program that the sandbox starts. */
export type ProgramName =
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-kubernetes"
  | "pulumi-resource-github"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kubectl"
  | "sandbox-argo-events";

/** How a program is asked for its version: a command whose output holds it, or a plugin's own gRPC service. */
export type Question =
  | { readonly kind: "command"; readonly args: readonly string[]; readonly answer: RegExp }
  | { readonly kind: "plugin"; readonly service: "pulumirpc.ResourceProvider" | "pulumirpc.LanguageRuntime" };

/** Which versions will do: a semver range to test with, and the same in words for a person. */
export interface Wanted {
  readonly range: string;
  readonly words: string;
}

/** The versions chosen so far, by program. */
export type Chosen = ReadonlyMap<string, string>;

/** What is known of one program before anything has been looked for. */
export interface ProgramDefinition<Name extends string = string> {
  readonly name: Name;
  /** The version that is built where none is found. */
  readonly version: string;
  readonly question: Question;
  /** Given the programs that come before this one in the list. */
  readonly wanted: (chosen: Chosen) => Wanted;
  /** Whether Pulumi's own plugin folder may hold it. */
  readonly plugin: boolean;
  /** Where its makers publish it. */
  readonly published: string;
}

const provider = { kind: "plugin", service: "pulumirpc.ResourceProvider" } as const;
const kubernetesServer = { kind: "command", args: ["--version"], answer: /Kubernetes v(\S+)/ } as const;
const kubernetesReleases = "https://kubernetes.io/releases/download/";
const own = { plugin: false };

/**
 * The nine programs, in the order in which they are chosen. Outside rules: ValidatingAdmissionPolicy must be GA
 * (Kubernetes 1.30; 1.31 leaves a margin); kubectl may differ by one minor version from the API server
 * (https://kubernetes.io/releases/version-skew-policy/); both servers of one control plane are of one minor.
 */
export const programs: readonly ProgramDefinition<ProgramName>[] = [
  {
    ...own,
    name: "pulumi",
    version: "3.276.0",
    question: { kind: "command", args: ["version"], answer: /^v?(\d+\.\d+\.\d+\S*)/m },
    wanted: () => ({ range: ">=3.276.0 <4.0.0-0", words: "3.276.0 or newer, below 4" }),
    published: "https://github.com/pulumi/pulumi/releases",
  },
  {
    ...own,
    name: "pulumi-language-nodejs",
    version: "3.48.0",
    question: { kind: "plugin", service: "pulumirpc.LanguageRuntime" },
    wanted: (chosen) => {
      const engine = minorOf(chosen, "pulumi");
      return { range: `>=3.48.0 <3.${engine + 1}.0-0`, words: `3.48 to 3.${engine} (not newer than pulumi)` };
    },
    published: "https://github.com/pulumi/pulumi/releases",
  },
  {
    name: "pulumi-resource-kubernetes",
    version: "4.34.2",
    question: provider,
    wanted: () => ({ range: ">=4.34.2 <5.0.0-0", words: "4.34.2 or newer, below 5" }),
    plugin: true,
    published: "https://github.com/pulumi/pulumi-kubernetes/releases",
  },
  {
    name: "pulumi-resource-github",
    version: "6.15.0",
    question: provider,
    wanted: () => ({ range: ">=6.15.0 <7.0.0-0", words: "6.15.0 or newer, below 7" }),
    plugin: true,
    published: "https://github.com/pulumi/pulumi-github/releases",
  },
  {
    ...own,
    name: "etcd",
    version: "3.7.3",
    question: { kind: "command", args: ["--version"], answer: /etcd Version: v?(\S+)/ },
    wanted: () => ({ range: ">=3.5.0 <4.0.0-0", words: "3.5 or newer, below 4" }),
    published: "https://github.com/etcd-io/etcd/releases",
  },
  {
    ...own,
    name: "kube-apiserver",
    version: "1.37.2",
    question: kubernetesServer,
    wanted: () => ({ range: ">=1.31.0 <2.0.0-0", words: "1.31 or newer" }),
    published: kubernetesReleases,
  },
  {
    ...own,
    name: "kube-controller-manager",
    version: "1.37.2",
    question: kubernetesServer,
    wanted: (chosen) => {
      const minor = minorOf(chosen, "kube-apiserver");
      return { range: `>=1.${minor}.0-0 <1.${minor + 1}.0-0`, words: `1.${minor} (as kube-apiserver)` };
    },
    published: kubernetesReleases,
  },
  {
    ...own,
    name: "kubectl",
    version: "1.37.2",
    question: {
      kind: "command",
      args: ["version", "--client", "--output", "json"],
      answer: /"gitVersion": "v([^"]+)"/,
    },
    wanted: (chosen) => {
      const minor = minorOf(chosen, "kube-apiserver");
      return { range: `>=1.${minor - 1}.0-0 <1.${minor + 2}.0-0`, words: `1.${minor - 1} to 1.${minor + 1}` };
    },
    published: kubernetesReleases,
  },
  {
    ...own,
    name: "sandbox-argo-events",
    version: "1.9.11",
    question: { kind: "command", args: ["--version"], answer: /^sandbox-argo-events (\S+)/m },
    wanted: () => ({ range: "1.9.11", words: "1.9.11" }),
    published: "only here: go build in sandbox/toolchain/modules/argo-events, on a machine with Go",
  },
];

function minorOf(chosen: Chosen, name: ProgramName): number {
  const version = chosen.get(name);
  if (version === undefined) {
    throw new Error(`${name} has to be chosen before the programs that depend on its version`);
  }
  return semver.minor(version);
}
