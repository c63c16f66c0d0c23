/** Every program that the sandbox starts. */
export type ProgramName =
  | "pulumi"
  | "pulumi-language-nodejs"
  | "pulumi-resource-kubernetes"
  | "pulumi-resource-github"
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kubectl";

/** How to get a program's version: from a command's output, or from a plugin's gRPC service. */
export type Question =
  | { readonly kind: "command"; readonly args: readonly string[]; readonly answer: RegExp }
  | { readonly kind: "plugin"; readonly service: "pulumirpc.ResourceProvider" | "pulumirpc.LanguageRuntime" };

/** The definition of one program. */
export interface ProgramDefinition<Name extends string = string> {
  readonly name: Name;
  /** The version to download or build. */
  readonly version: string;
  readonly question: Question;
  /** The accepted versions, as a range of the package `semver`. */
  readonly wanted: string;
  /** Whether Pulumi's plugin folder may contain it. */
  readonly plugin: boolean;
  /** The makers' page. */
  readonly published: string;
}

const provider = { kind: "plugin", service: "pulumirpc.ResourceProvider" } as const;
const own = { plugin: false };
const server = {
  ...own,
  version: "1.37.2",
  question: { kind: "command", args: ["--version"], answer: /Kubernetes v(\S+)/ },
  wanted: "1.37",
  published: "https://kubernetes.io/releases/download/",
} as const;

/**
 * The eight programs. All versions in these ranges work together: both servers of a control plane have the same
 * minor version, and kubectl may differ by one (https://kubernetes.io/releases/version-skew-policy/).
 */
export const programs: readonly ProgramDefinition<ProgramName>[] = [
  {
    ...own,
    name: "pulumi",
    version: "3.276.0",
    question: { kind: "command", args: ["version"], answer: /^v?(\d+\.\d+\.\d+\S*)/m },
    wanted: "^3.276.0",
    published: "https://github.com/pulumi/pulumi/releases",
  },
  {
    ...own,
    name: "pulumi-language-nodejs",
    version: "3.48.0",
    question: { kind: "plugin", service: "pulumirpc.LanguageRuntime" },
    wanted: "3.48.0 || ^3.276.0",
    published: "https://github.com/pulumi/pulumi/releases",
  },
  {
    name: "pulumi-resource-kubernetes",
    version: "4.34.2",
    question: provider,
    wanted: "^4.34.2",
    plugin: true,
    published: "https://github.com/pulumi/pulumi-kubernetes/releases",
  },
  {
    name: "pulumi-resource-github",
    version: "6.15.0",
    question: provider,
    wanted: "^6.15.0",
    plugin: true,
    published: "https://github.com/pulumi/pulumi-github/releases",
  },
  {
    ...own,
    name: "etcd",
    version: "3.7.3",
    question: { kind: "command", args: ["--version"], answer: /etcd Version: v?(\S+)/ },
    wanted: "^3.5.0",
    published: "https://github.com/etcd-io/etcd/releases",
  },
  { ...server, name: "kube-apiserver" },
  { ...server, name: "kube-controller-manager" },
  {
    ...server,
    name: "kubectl",
    question: {
      kind: "command",
      args: ["version", "--client", "--output", "json"],
      answer: /"gitVersion": "v([^"]+)"/,
    },
    wanted: "1.36 - 1.38",
  },
];
