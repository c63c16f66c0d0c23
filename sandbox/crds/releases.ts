/** A CustomResourceDefinition that the sandbox installs. */
export interface Definition {
  /** The file's name in its release. */
  readonly file: string;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
  readonly kind: string;
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  /** Whether its status is written by a call of its own. */
  readonly status: boolean;
}

/** The definitions that one release of a project publishes. */
export interface Release {
  /** What people call the project. */
  readonly project: string;
  /** On GitHub. */
  readonly repository: string;
  readonly tag: string;
  readonly folder: string;
  readonly group: string;
  readonly definitions: readonly Definition[];
}

/** The only version that these projects serve. */
export const VERSION = "v1alpha1";

/**
 * What the sandbox installs, and where the real files are. Left out are kinds that nothing here makes: Argo CD's
 * ApplicationSet, Rollouts and Experiments, CronWorkflows.
 */
export const RELEASES: readonly Release[] = [
  {
    project: "Kargo",
    repository: "akuity/kargo",
    tag: "v1.11.2",
    folder: "charts/kargo/resources/crds",
    group: "kargo.akuity.io",
    definitions: [
      {
        file: "kargo.akuity.io_clusterconfigs.yaml",
        sha256: "ba96f2a17488e0f3878d1b4290a63fc7649c4e6b5d97577b4728e3ab49ba6f28",
        kind: "ClusterConfig",
        plural: "clusterconfigs",
        scope: "Cluster",
        status: true,
      },
      {
        file: "kargo.akuity.io_clusterpromotiontasks.yaml",
        sha256: "2d24b663ab1b2480aa5dcd3909e9978fb4e7a3ccb014ad7192fdd207301960b8",
        kind: "ClusterPromotionTask",
        plural: "clusterpromotiontasks",
        scope: "Cluster",
        status: false,
      },
      {
        file: "kargo.akuity.io_freights.yaml",
        sha256: "cc5e5ee2b611f7c6f79c69f798229f06e1303bf47592b9f4502b1f5af746aee1",
        kind: "Freight",
        plural: "freights",
        scope: "Namespaced",
        status: true,
      },
      {
        file: "kargo.akuity.io_projectconfigs.yaml",
        sha256: "ec3102999ba2b30d38273ea5a72ead3a30e70d84690e6522e87f084e6623a217",
        kind: "ProjectConfig",
        plural: "projectconfigs",
        scope: "Namespaced",
        status: true,
      },
      {
        file: "kargo.akuity.io_projects.yaml",
        sha256: "05ed175743aef3809bc996530e8cd0c30d7c2a3483d81d3b7a6c28c75a8a4ad8",
        kind: "Project",
        plural: "projects",
        scope: "Cluster",
        status: true,
      },
      {
        file: "kargo.akuity.io_promotions.yaml",
        sha256: "8e9ede109552bbbb7e2d852b2e4c5ddf60cf758939ce6b6b5ea59d3a330d2cb8",
        kind: "Promotion",
        plural: "promotions",
        scope: "Namespaced",
        status: true,
      },
      {
        file: "kargo.akuity.io_promotiontasks.yaml",
        sha256: "a054faba9839aebc0835c167b56511974a839e98a458a1216c38963ccf871561",
        kind: "PromotionTask",
        plural: "promotiontasks",
        scope: "Namespaced",
        status: false,
      },
      {
        file: "kargo.akuity.io_stages.yaml",
        sha256: "90eb26a47b973cff2fd4756b972e6a194d08f7dcaf404bb836d1b69c4c603039",
        kind: "Stage",
        plural: "stages",
        scope: "Namespaced",
        status: true,
      },
      {
        file: "kargo.akuity.io_warehouses.yaml",
        sha256: "974df89e6eaca0ff905f6a830d8a403bc00bd6e06d62809902058cc4026fd6d5",
        kind: "Warehouse",
        plural: "warehouses",
        scope: "Namespaced",
        status: true,
      },
    ],
  },
  {
    project: "Argo CD",
    repository: "argoproj/argo-cd",
    tag: "v3.6.1",
    folder: "manifests/crds",
    group: "argoproj.io",
    definitions: [
      {
        file: "application-crd.yaml",
        sha256: "9fd0da3e7097ad6d1af614fabd5c960bc7ddb00d768c3ef485a2fda6e9460df8",
        kind: "Application",
        plural: "applications",
        scope: "Namespaced",
        status: false,
      },
      {
        file: "appproject-crd.yaml",
        sha256: "084150a2feccd188a1dee09cd8a3a259dfacecdfb7e10037df78900f60816482",
        kind: "AppProject",
        plural: "appprojects",
        scope: "Namespaced",
        status: false,
      },
    ],
  },
  {
    project: "Argo Events",
    repository: "argoproj/argo-events",
    tag: "v1.9.11",
    folder: "manifests/base/crds",
    group: "argoproj.io",
    definitions: [
      {
        file: "argoproj.io_eventbus.yaml",
        sha256: "1c0ac46b9485245f46cfe13db6a2d9fdeff423bb67e7616c84202b005e62ad68",
        kind: "EventBus",
        plural: "eventbus",
        scope: "Namespaced",
        status: true,
      },
      {
        file: "argoproj.io_eventsources.yaml",
        sha256: "c90508bd9c1fceb5963a22830d819005ff5a3a9242d72ba208d8b2739ee50fda",
        kind: "EventSource",
        plural: "eventsources",
        scope: "Namespaced",
        status: true,
      },
      {
        file: "argoproj.io_sensors.yaml",
        sha256: "ef42b0baa06d95a83077f5eef92a0ef8c1dc4f2119e388dd5076d512f60bbe4b",
        kind: "Sensor",
        plural: "sensors",
        scope: "Namespaced",
        status: true,
      },
    ],
  },
  {
    project: "Argo Workflows",
    repository: "argoproj/argo-workflows",
    tag: "v4.1.2",
    folder: "manifests/base/crds/full",
    group: "argoproj.io",
    definitions: [
      {
        file: "argoproj.io_clusterworkflowtemplates.yaml",
        sha256: "1a1e40dca1a544c44b382ff9f50d44a4b6a6a7ff76c0a2d8e6a929c2ddb13749",
        kind: "ClusterWorkflowTemplate",
        plural: "clusterworkflowtemplates",
        scope: "Cluster",
        status: false,
      },
      {
        file: "argoproj.io_workflows.yaml",
        sha256: "35ffc0d16c9c71db69ae113e562d90057eac75a60e7371aa3012a3171ccd8c39",
        kind: "Workflow",
        plural: "workflows",
        scope: "Namespaced",
        status: false,
      },
      {
        file: "argoproj.io_workflowtaskresults.yaml",
        sha256: "69490cddb4dcc71a6d0464e0db39b9e0d71315859d63d2bccbeeec4e947e88cc",
        kind: "WorkflowTaskResult",
        plural: "workflowtaskresults",
        scope: "Namespaced",
        status: false,
      },
      {
        file: "argoproj.io_workflowtemplates.yaml",
        sha256: "e932631a04a0f3a226b2ca8c68d43214c071c5d8aa6961b23298b81cbea3d9a5",
        kind: "WorkflowTemplate",
        plural: "workflowtemplates",
        scope: "Namespaced",
        status: false,
      },
    ],
  },
  {
    project: "Argo Rollouts",
    repository: "argoproj/argo-rollouts",
    tag: "v1.10.2",
    folder: "manifests/crds",
    group: "argoproj.io",
    definitions: [
      {
        file: "analysis-run-crd.yaml",
        sha256: "bd5fc4bdabe5fb4e7655bdd5e670244bad5d1757aa52f729a193a5fa6e6a729a",
        kind: "AnalysisRun",
        plural: "analysisruns",
        scope: "Namespaced",
        status: false,
      },
      {
        file: "analysis-template-crd.yaml",
        sha256: "bb41aa62329355c5ffb38031822b4515cc2f60c5a94fcae5df6099ddbf8c5a08",
        kind: "AnalysisTemplate",
        plural: "analysistemplates",
        scope: "Namespaced",
        status: false,
      },
      {
        file: "cluster-analysis-template-crd.yaml",
        sha256: "e9689a6f2566acca3c4580c8756963535289ca5092f9fd92727b5770ea0fea68",
        kind: "ClusterAnalysisTemplate",
        plural: "clusteranalysistemplates",
        scope: "Cluster",
        status: false,
      },
    ],
  },
];

/** The definition's name in the cluster, for example `stages.kargo.akuity.io`. */
export function nameOf(release: Release, definition: Definition): string {
  return `${definition.plural}.${release.group}`;
}
