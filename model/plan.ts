import {
  type AccessConfig,
  type ServiceAccessPlan,
  type SubjectPlan,
  serviceAccess,
  teamSubjects,
} from "./access.ts";
import {
  type BuildPlan,
  type BuildTriggersPlan,
  planBuild,
  planBuildTriggers,
  planWebhook,
  type WebhookPlan,
} from "./build-plan.ts";
import type { Catalogue, CatalogueService, ServiceState, TagSelection } from "./catalogue.ts";
import { type CredentialPlan, planCredentials } from "./credentials.ts";
import { InvalidInput, type Problem } from "./diagnostics.ts";
import { goDuration } from "./durations.ts";
import { type FreezePlan, isFrozen, planFreezes } from "./freeze.ts";
import {
  applicationName,
  appProjectName,
  destinationNamespace,
  projectName,
  promotionTaskName,
  valuesFile,
  valuesFolder,
  warehouseName,
} from "./names.ts";
import { pipelineOf } from "./pipeline-rollout.ts";
import { type DeployingStage, deploys, type PipelineStage, type StageState, stagesOf } from "./pipelines.ts";
import { planProblems } from "./plan-problems.ts";
import {
  PROMOTION_TASK_VERSIONS,
  type PromotionTaskVersion,
  promotionTaskVersion,
} from "./promotion-task-version.ts";
import type { Reading } from "./schema-problems.ts";
import { type Rollout, selectServices, withStates } from "./selection.ts";
import type { StackConfig } from "./stack-config.ts";

/**
 * Everything a stack provisions, as plain data: what the components, the tests and the reports all read. It holds
 * no secret and nothing of Pulumi, and is the same for the same files.
 */
export interface Plan {
  readonly cluster: ClusterPlan;
  readonly github: StackConfig["github"];
  /** Whether the engine refuses to delete what this stack made. */
  readonly protect: boolean;
  /** The objects that all services of the cluster share, where this stack owns them. */
  readonly platform: PlatformPlan | undefined;
  readonly services: readonly ServicePlan[];
  /** How the services were selected, for the next run to compare with. */
  readonly rollout: Pick<Rollout, "percent" | "shard">;
  /** What the stack says is frozen, that which is over by now included. */
  readonly freezes: readonly FreezePlan[];
}

export type ClusterPlan = StackConfig["cluster"];

/** What all services of a cluster share. */
export interface PlatformPlan {
  readonly promotionTasks: readonly PromotionTaskPlan[];
  /** The teams and approvers of the whole catalogue. */
  readonly subjects: readonly SubjectPlan[];
  readonly guard: AccessConfig;
  readonly credentials: readonly CredentialPlan[];
  /** What turns pushes into images; nothing where no service is built here. */
  readonly buildTriggers: BuildTriggersPlan | undefined;
}

/** One version of the steps that promote: a ClusterPromotionTask. */
export interface PromotionTaskPlan {
  readonly name: string;
  readonly version: PromotionTaskVersion;
  readonly by: "push" | "pull-request";
}

/** One service: its own Kargo Project, its Argo CD AppProject, its webhook. */
export interface ServicePlan {
  readonly name: string;
  readonly state: ServiceState;
  /** The pipeline that it has: the catalogue's, or the canary of that. */
  readonly pipeline: string;
  /** The version of the shared promotion task that its Stages use. */
  readonly promotionTask: PromotionTaskVersion;
  /** The GitHub repository with its source: `owner/name`. */
  readonly repository: string;
  readonly team: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The Kargo Project, and the namespace of the same name. */
  readonly project: string;
  readonly warehouse: WarehousePlan;
  readonly gitops: GitopsPlan;
  readonly stages: readonly StagePlan[];
  readonly appProject: string;
  /** How its image is built; nothing where something else does. */
  readonly build: BuildPlan | undefined;
  /** The hook on its repository; nothing where nothing is built, or where the organization has one for all. */
  readonly webhook: WebhookPlan | undefined;
  readonly access: ServiceAccessPlan;
  readonly commands: CommandsPlan;
}

/** What a person types where something waits for one; `<freight>` is left to fill in. */
export interface CommandsPlan {
  readonly promote: readonly string[];
  readonly sync: readonly string[];
}

export interface WarehousePlan {
  readonly name: string;
  /** The image repository, without tag. */
  readonly image: string;
  readonly tags: TagSelection;
  /** In Go's form, as Kargo stores it. */
  readonly interval: string;
  readonly discoveryLimit: number;
  /** Whether a tag always means the same image. */
  readonly cacheByTag: boolean;
  readonly platform: string | undefined;
}

/** Where the service's values files and its chart are. */
export interface GitopsPlan {
  readonly repoURL: string;
  readonly branch: string;
  /** The folder of the values files. */
  readonly folder: string;
  /** The folder of the chart. */
  readonly chart: string;
}

export interface StagePlan {
  readonly name: string;
  readonly state: StageState;
  /** The Stages that Freight must have passed; none means straight from the Warehouse. */
  readonly after: readonly string[];
  /** In Go's form. */
  readonly soak: string | undefined;
  /** What the Stage deploys; nothing where it is control flow. */
  readonly deployment: DeploymentPlan | undefined;
}

/** How one Stage writes its values file, and the Application that follows the file. */
export interface DeploymentPlan {
  readonly promotion: DeployingStage["promotion"];
  /** Whether Kargo promotes by itself: not by hand, nor while frozen, retired or decommissioned. */
  readonly autoPromotion: boolean;
  readonly sync: DeployingStage["sync"];
  readonly selectionPolicy: DeployingStage["selectionPolicy"];
  readonly verification: DeployingStage["verification"];
  readonly promotionTask: string;
  /** The file that a promotion writes. */
  readonly valuesFile: string;
  readonly application: string;
  readonly destination: { readonly cluster: string | undefined; readonly namespace: string };
}

/** A Stage that deploys. */
export type DeployingStagePlan = StagePlan & { readonly deployment: DeploymentPlan };

/** The Stages of a service that deploy, in the order of the pipeline. */
export function deployingStages({ stages }: Pick<ServicePlan, "stages">): DeployingStagePlan[] {
  return stages.filter((stage): stage is DeployingStagePlan => stage.deployment !== undefined);
}

export type { BuildPlan, BuildTriggersPlan, WebhookPlan } from "./build-plan.ts";

/**
 * Derives the plan of a stack from its two sources.
 *
 * @param now the time that freezes are measured by
 * @throws InvalidInput with every problem of both, and of what they mean together
 */
export function makePlan(catalogue: Reading<Catalogue>, config: Reading<StackConfig>, now: Date): Plan {
  const problems: Problem[] = [...catalogue.problems, ...config.problems];
  if (catalogue.value && config.value) {
    problems.push(...planProblems(catalogue.value, config.value, catalogue.document, config.document));
  }
  if (problems.length > 0 || !catalogue.value || !config.value) throw new InvalidInput(problems);
  const { teams } = catalogue.value;
  const stack = config.value;
  const services = withStates(catalogue.value.services, stack.rollout);
  const freezes = planFreezes(stack.rollout.freeze, now);
  const { percent, shard } = stack.rollout;
  const selected = selectServices(services, stack.rollout).flatMap((name) => {
    const service = services[name];
    return service ? [planService(name, service, teams, stack, freezes)] : [];
  });
  // The triggers are the cluster's, not a shard's: the stack of the platform makes those of all its shards.
  const built = selectServices(services, { ...stack.rollout, shard: undefined }).flatMap((name) => {
    const service = services[name];
    return (service && planBuild(name, service, stack)) ?? [];
  });
  return {
    cluster: stack.cluster,
    github: stack.github,
    protect: stack.protect,
    platform: stack.platform ? planPlatform(teams, stack, built) : undefined,
    services: selected,
    rollout: { percent, ...(shard && { shard }) },
    freezes,
  };
}

function planPlatform(
  teams: Catalogue["teams"],
  stack: StackConfig,
  built: readonly BuildPlan[],
): PlatformPlan {
  const { gitops, github, registry } = stack;
  return {
    promotionTasks: PROMOTION_TASK_VERSIONS.flatMap((version) =>
      (["push", "pull-request"] as const).map((by) => ({
        name: promotionTaskName(version, by),
        version,
        by,
      })),
    ),
    subjects: teamSubjects(teams),
    guard: stack.access,
    credentials: planCredentials(stack.credentials, `${github.url}/${gitops.repository}.git`, registry),
    buildTriggers: planBuildTriggers(built, teams, stack),
  };
}

function planService(
  name: string,
  service: CatalogueService,
  teams: Catalogue["teams"],
  stack: StackConfig,
  freezes: readonly FreezePlan[],
): ServicePlan {
  const pipelineName = pipelineOf(name, service.pipeline, stack.rollout.pipelines);
  const pipeline = stagesOf(stack.pipelines, pipelineName);
  const folder = valuesFolder(stack.gitops.path, name, stack.cluster.name);
  const version = promotionTaskVersion(name, stack.rollout.promotionTask);
  const deploying = pipeline.filter(deploys);
  const options = { ...stack.warehouse, ...service.warehouse };
  const mayPromote = (stage: string) => service.state === "active" && !isFrozen(freezes, name, stage);
  const build = planBuild(name, service, stack);
  return {
    name,
    state: service.state,
    pipeline: pipelineName,
    promotionTask: version,
    repository: service.repository,
    team: service.team,
    labels: service.labels,
    project: projectName(name),
    warehouse: {
      name: warehouseName(name),
      image: service.image ?? `${stack.registry}/${name}`,
      tags: service.tags,
      interval: goDuration(options.interval ?? stack.warehouse.interval),
      discoveryLimit: options.discoveryLimit ?? stack.warehouse.discoveryLimit,
      cacheByTag: options.cacheByTag ?? stack.warehouse.cacheByTag,
      platform: service.warehouse?.platform,
    },
    gitops: {
      repoURL: `${stack.github.url}/${stack.gitops.repository}.git`,
      branch: stack.gitops.branch,
      folder,
      chart: (service.chart ?? stack.gitops.chart).path,
    },
    stages: pipeline.map((stage) => planStage(name, stage, folder, version, mayPromote(stage.stage))),
    appProject: appProjectName(name),
    build,
    webhook: build && planWebhook(build, stack.webhooks, service.state),
    access: serviceAccess(service.team, teams, pipeline),
    commands: {
      promote: deploying
        .filter(({ promotion }) => promotion === "manual")
        .map(
          ({ stage }) => `kargo promote --project ${projectName(name)} --stage ${stage} --freight <freight>`,
        ),
      sync: deploying
        .filter(({ sync }) => sync === "manual")
        .map(({ stage }) => `argocd app sync ${applicationName(name, stage)}`),
    },
  };
}

function planStage(
  service: string,
  stage: PipelineStage,
  folder: string,
  version: PromotionTaskVersion,
  mayPromote: boolean,
): StagePlan {
  const { stage: name, state, after, soak } = stage;
  const goesOn = mayPromote && state === "active";
  return {
    name,
    state,
    after,
    soak: soak === undefined ? undefined : goDuration(soak),
    deployment: deploys(stage) ? planDeployment(service, stage, folder, version, goesOn) : undefined,
  };
}

function planDeployment(
  service: string,
  { stage, promotion, sync, selectionPolicy, verification, destination }: DeployingStage,
  folder: string,
  version: PromotionTaskVersion,
  mayPromote: boolean,
): DeploymentPlan {
  return {
    promotion,
    autoPromotion: mayPromote && promotion !== "manual",
    sync,
    selectionPolicy,
    verification,
    promotionTask: promotionTaskName(version, promotion === "pull-request" ? "pull-request" : "push"),
    valuesFile: valuesFile(folder, stage),
    application: applicationName(service, stage),
    destination: {
      cluster: destination.cluster,
      namespace: destinationNamespace(destination.namespace, service, stage),
    },
  };
}
