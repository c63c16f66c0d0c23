/** The CustomResourceDefinitions of one release of a project. */
export interface Release {
  /** The project's display name. */
  readonly project: string;
  /** The repository on GitHub. */
  readonly repository: string;
  readonly tag: string;
  readonly folder: string;
  readonly group: string;
  /** The path of a kind's file. */
  readonly file: (kind: string) => string;
  /** The SHA-256 of each kind's file, in hexadecimal. */
  readonly sums: Readonly<Record<string, string>>;
}

/** A CustomResourceDefinition that the sandbox installs. */
export interface Definition {
  readonly release: Release;
  readonly kind: string;
  readonly plural: string;
  /** Its name in the cluster, for example `stages.kargo.akuity.io`. */
  readonly name: string;
  /** The SHA-256 of its file, in hexadecimal. */
  readonly sha256: string;
}

/** The only version that these projects serve. */
export const VERSION = "v1alpha1";

/**
 * The releases whose definitions the sandbox installs. It omits kinds that this project never creates: Argo CD's
 * ApplicationSet, Rollouts and Experiments, CronWorkflows, WorkflowTemplates and WorkflowTaskResults.
 * The Go module proxies must serve each release with the same files; 4.0.7 is the newest such Argo Workflows.
 */
const RELEASES: readonly Release[] = [
  {
    project: "Kargo",
    repository: "akuity/kargo",
    tag: "v1.11.2",
    folder: "charts/kargo/resources/crds",
    group: "kargo.akuity.io",
    file: (kind) => `kargo.akuity.io_${pluralOf(kind)}.yaml`,
    sums: {
      ClusterConfig: "ba96f2a17488e0f3878d1b4290a63fc7649c4e6b5d97577b4728e3ab49ba6f28",
      ClusterPromotionTask: "2d24b663ab1b2480aa5dcd3909e9978fb4e7a3ccb014ad7192fdd207301960b8",
      Freight: "cc5e5ee2b611f7c6f79c69f798229f06e1303bf47592b9f4502b1f5af746aee1",
      ProjectConfig: "ec3102999ba2b30d38273ea5a72ead3a30e70d84690e6522e87f084e6623a217",
      Project: "05ed175743aef3809bc996530e8cd0c30d7c2a3483d81d3b7a6c28c75a8a4ad8",
      Promotion: "8e9ede109552bbbb7e2d852b2e4c5ddf60cf758939ce6b6b5ea59d3a330d2cb8",
      PromotionTask: "a054faba9839aebc0835c167b56511974a839e98a458a1216c38963ccf871561",
      Stage: "90eb26a47b973cff2fd4756b972e6a194d08f7dcaf404bb836d1b69c4c603039",
      Warehouse: "974df89e6eaca0ff905f6a830d8a403bc00bd6e06d62809902058cc4026fd6d5",
    },
  },
  {
    project: "Argo CD",
    repository: "argoproj/argo-cd",
    tag: "v3.6.1",
    folder: "manifests/crds",
    group: "argoproj.io",
    file: (kind) => `${kind.toLowerCase()}-crd.yaml`,
    sums: {
      Application: "9fd0da3e7097ad6d1af614fabd5c960bc7ddb00d768c3ef485a2fda6e9460df8",
      AppProject: "084150a2feccd188a1dee09cd8a3a259dfacecdfb7e10037df78900f60816482",
    },
  },
  {
    project: "Argo Events",
    repository: "argoproj/argo-events",
    tag: "v1.9.11",
    folder: "manifests/base/crds",
    group: "argoproj.io",
    file: (kind) => `argoproj.io_${pluralOf(kind)}.yaml`,
    sums: {
      EventBus: "1c0ac46b9485245f46cfe13db6a2d9fdeff423bb67e7616c84202b005e62ad68",
      EventSource: "c90508bd9c1fceb5963a22830d819005ff5a3a9242d72ba208d8b2739ee50fda",
      Sensor: "ef42b0baa06d95a83077f5eef92a0ef8c1dc4f2119e388dd5076d512f60bbe4b",
    },
  },
  {
    project: "Argo Workflows",
    repository: "argoproj/argo-workflows",
    tag: "v4.0.7",
    folder: "manifests/base/crds/full",
    group: "argoproj.io",
    file: (kind) => `argoproj.io_${pluralOf(kind)}.yaml`,
    sums: {
      ClusterWorkflowTemplate: "6dc85849d3019c89fca3d59c4bf085851233618a66139ce341a79b707d344ffc",
      Workflow: "2aa343ade22097c4515a1a762ca2ea86543871ee13a9fb10080e0c90038af649",
    },
  },
  {
    project: "Argo Rollouts",
    repository: "argoproj/argo-rollouts",
    tag: "v1.10.2",
    folder: "manifests/crds",
    group: "argoproj.io",
    file: (kind) => `${kind.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase()}-crd.yaml`,
    sums: {
      AnalysisRun: "bd5fc4bdabe5fb4e7655bdd5e670244bad5d1757aa52f729a193a5fa6e6a729a",
      AnalysisTemplate: "bb41aa62329355c5ffb38031822b4515cc2f60c5a94fcae5df6099ddbf8c5a08",
      ClusterAnalysisTemplate: "e9689a6f2566acca3c4580c8756963535289ca5092f9fd92727b5770ea0fea68",
    },
  },
];

/** Pulumi's Kubernetes operator, which the sandbox does not install: tests check the output of `fleet operator`. */
const OPERATOR: Release = {
  project: "Pulumi Kubernetes Operator",
  repository: "pulumi/pulumi-kubernetes-operator",
  tag: "v2.9.0",
  folder: "deploy/crds",
  group: "pulumi.com",
  file: (kind) => `pulumi.com_${pluralOf(kind)}.yaml`,
  sums: { Stack: "d8ce0513bb77d5d57753e521fd42e87a87bdaf7abda1be2584aa23c1c03ea290" },
};

/** All definitions of these releases. */
export function definitionsOf(releases: readonly Release[]): readonly Definition[] {
  return releases.flatMap((release) =>
    Object.entries(release.sums).map(([kind, sha256]) => {
      const plural = pluralOf(kind);
      return { release, kind, plural, name: `${plural}.${release.group}`, sha256 };
    }),
  );
}

/** The plural of a kind in API paths: `Stage` is `stages`, `EventBus` is `eventbus`. */
function pluralOf(kind: string): string {
  const lower = kind.toLowerCase();
  return lower.endsWith("s") ? lower : `${lower}s`;
}

/** Everything that the sandbox installs. */
export const DEFINITIONS = definitionsOf(RELEASES);

/** The definition of the operator's Stack. */
export const OPERATOR_DEFINITIONS = definitionsOf([OPERATOR]);
