import { repositories } from "../model/images.ts";
import { type DeploymentPlan, deployingStages, type ServicePlan, type StagePlan } from "../model/plan.ts";
import { subscriptionsOf } from "../model/subscriptions.ts";
import { taskVariables } from "../model/task-variables.ts";
import type {
  ProjectConfigDefinition,
  ProjectDefinition,
  StageDefinition,
  WarehouseDefinition,
} from "./definitions/kargo.ts";
import type { Defined } from "./definitions.ts";
import { KARGO_API } from "./kargo-types.ts";
import { type KubernetesObject, serviceLabels } from "./objects.ts";

/** Kargo's objects with the fields that this program sets. */
export type ProjectConfig = ReturnType<typeof projectConfig>;
export type Warehouse = ReturnType<typeof warehouse>;
export type Stage = ReturnType<typeof stage>;

const DESCRIPTION = "kargo.akuity.io/description";

/**
 * The namespace of a service's Kargo Project. Kargo adopts an existing namespace only with this label; otherwise it
 * refuses the Project (409).
 */
export function projectNamespace(
  service: ServicePlan,
): KubernetesObject & { apiVersion: "v1"; kind: "Namespace" } {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: service.project,
      labels: { ...serviceLabels(service), "kargo.akuity.io/project": "true" },
    },
  };
}

/** The Kargo Project: cluster-scoped, without a spec, with the name of its namespace. */
export function project(service: ServicePlan): Defined<ProjectDefinition> {
  return {
    apiVersion: KARGO_API,
    kind: "Project",
    metadata: {
      name: service.project,
      labels: serviceLabels(service),
      annotations: { [DESCRIPTION]: `Promotes ${service.name} of team ${service.team}.` },
    },
  };
}

/** The Stages with auto-promotion by exact name, because another Stage could match a pattern. */
export function projectConfig(service: ServicePlan) {
  return {
    apiVersion: KARGO_API,
    kind: "ProjectConfig",
    metadata: { name: service.project, namespace: service.project, labels: serviceLabels(service) },
    spec: {
      promotionPolicies: deployingStages(service).map(({ name, deployment }) => ({
        stageSelector: { name },
        autoPromotionEnabled: deployment.autoPromotion,
      })),
      stageLinks: [
        {
          title: "Values files",
          url: `${webAddress(service)}/tree/${service.gitops.branch}/${service.gitops.folder}`,
        },
      ],
    },
  } satisfies Defined<ProjectConfigDefinition>;
}

/** The web page of the GitOps repository. */
function webAddress({ gitops }: ServicePlan): string {
  return gitops.repoURL.replace(/\.git$/, "");
}

/**
 * The Warehouse with the images of the service, which Freight holds together. The defaults of Kargo's admission are
 * written out, because a refresh would show drift otherwise.
 */
export function warehouse(service: ServicePlan) {
  return {
    apiVersion: KARGO_API,
    kind: "Warehouse",
    metadata: {
      name: service.warehouse.name,
      namespace: service.project,
      labels: shardedLabels(service),
      annotations: { [DESCRIPTION]: `Watches ${repositories(service.warehouse).join(", ")}.` },
    },
    spec: {
      ...shardOf(service),
      interval: service.warehouse.interval,
      freightCreationPolicy: "Automatic",
      ...(service.warehouse.together && { freightCreationCriteria: { expression: ofOnePush(service) } }),
      subscriptions: subscriptionsOf(service.warehouse),
    },
  } satisfies Defined<WarehouseDefinition>;
}

/** The images of one push have the same tag. Kargo asks only once each image has a tag. */
function ofOnePush({ warehouse }: ServicePlan): string {
  const [first, ...more] = repositories(warehouse).map((repository) => `imageFrom('${repository}').Tag`);
  return more.map((tag) => `${tag} == ${first}`).join(" && ");
}

function shardOf({ kargoShard: shard }: ServicePlan): { readonly shard?: string } {
  return shard === undefined ? {} : { shard };
}

/** Kargo's admission adds the label to an object with `spec.shard`, and removes it from one without. */
function shardedLabels(service: ServicePlan): Readonly<Record<string, string>> {
  const { shard } = shardOf(service);
  return { ...serviceLabels(service), ...(shard !== undefined && { "kargo.akuity.io/shard": shard }) };
}

/**
 * A Stage: the Freight that it accepts, and the shared task that promotes it with this service's values. A
 * control-flow Stage has no steps, and Freight passes it after all upstream Stages.
 */
export function stage(service: ServicePlan, plan: StagePlan) {
  const { deployment } = plan;
  return {
    apiVersion: KARGO_API,
    kind: "Stage",
    metadata: {
      name: plan.name,
      namespace: service.project,
      labels: shardedLabels(service),
      annotations: { [DESCRIPTION]: stageDescription(plan) },
    },
    spec: {
      ...shardOf(service),
      requestedFreight: [
        { origin: { kind: "Warehouse", name: service.warehouse.name }, sources: sources(plan) },
      ],
      ...(deployment && {
        promotionTemplate: {
          spec: {
            steps: [
              {
                task: { name: deployment.promotionTask, kind: "ClusterPromotionTask" },
                as: "promote",
                vars: taskVariables(service, deployment),
              },
            ],
          },
        },
      }),
      ...(deployment?.verification && { verification: verification(deployment.verification) }),
    },
  } satisfies Defined<StageDefinition>;
}

function stageDescription({ deployment }: StagePlan): string {
  if (deployment === undefined) return "Control flow: deploys nothing.";
  const promotion = {
    auto: "Promotes by itself",
    manual: "A person promotes",
    "pull-request": "Promotes by a pull request that a person merges",
  }[deployment.promotion];
  return `${promotion}; ${deployment.sync === "auto" ? "syncs by itself" : "a person syncs"}.`;
}

/** From the Warehouse or from upstream Stages; the definition does not enforce that it is one of them. */
type Sources = (
  | { readonly direct: true }
  | { readonly stages: readonly string[]; readonly availabilityStrategy: "All" }
) &
  Defined<StageDefinition>["spec"]["requestedFreight"][number]["sources"];

function sources({ after, soak, deployment }: StagePlan): Sources {
  const policy = deployment?.selectionPolicy && {
    autoPromotionOptions: { selectionPolicy: deployment.selectionPolicy },
  };
  if (after.length === 0) return { direct: true, ...policy };
  return {
    stages: after,
    availabilityStrategy: "All",
    ...(soak !== undefined && { requiredSoakTime: soak }),
    ...policy,
  };
}

function verification({ templates, args }: NonNullable<DeploymentPlan["verification"]>) {
  return {
    analysisTemplates: templates.map((name) => ({ name, kind: "ClusterAnalysisTemplate" }) as const),
    ...(Object.keys(args).length > 0 && {
      args: Object.entries(args).map(([name, value]) => ({ name, value })),
    }),
  };
}
