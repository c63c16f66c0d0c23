import { type ServiceAccessPlan, serviceAccess } from "./access.ts";
import { type BuildPlan, planBuild, planWebhook, type WebhookPlan } from "./build-plan.ts";
import type { Catalogue, CatalogueService, ServiceState } from "./catalogue.ts";
import { goDuration } from "./durations.ts";
import { listedImages, type ServiceImages } from "./images.ts";
import { kargoShard } from "./kargo-shards.ts";
import {
  applicationName,
  appProjectName,
  destinationNamespace,
  gitopsFolder,
  projectName,
  promotionTaskName,
  valuesFile,
  warehouseName,
} from "./names.ts";
import { pipelineOf } from "./pipeline-rollout.ts";
import { type DeployingStage, deploys, type PipelineStage, type StageState, stagesOf } from "./pipelines.ts";
import type { PromotesBy } from "./promotion-steps.ts";
import { promotionTaskVersion } from "./promotion-task-version.ts";
import type { StackConfig } from "./stack-config.ts";
import type { TagSelection } from "./tags.ts";

/** One service: its Kargo Project, AppProject and webhook. */
export interface ServicePlan {
  readonly name: string;
  readonly state: ServiceState;
  /** Its pipeline: the one of the catalogue, or that pipeline's canary. */
  readonly pipeline: string;
  /** The version of the shared promotion task that its Stages use. */
  readonly promotionTask: string;
  /** The GitHub repository with its source: `owner/name`. */
  readonly repository: string;
  readonly team: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The Kargo Project and its namespace. */
  readonly project: string;
  readonly warehouse: WarehousePlan;
  /** The Kargo controller of its Warehouse and Stages; undefined for the one without a name. */
  readonly kargoShard: string | undefined;
  readonly gitops: GitopsPlan;
  readonly stages: readonly StagePlan[];
  readonly appProject: string;
  /** How its image is built; undefined if another system builds it. */
  readonly build: BuildPlan | undefined;
  /** The hook of its repository; undefined if nothing is built, or if the organization has one for all. */
  readonly webhook: WebhookPlan | undefined;
  readonly access: ServiceAccessPlan;
  readonly commands: CommandsPlan;
  /** Whether its Promotions give a status to the commit in its repository; absent if they do not. */
  readonly commitStatus?: true;
}

/** The commands for manual gates; `<freight>` is a placeholder. */
interface CommandsPlan {
  readonly promote: readonly string[];
  readonly sync: readonly string[];
}

export interface WarehousePlan {
  readonly name: string;
  /** The image repository, without tag; the first one if there are several. */
  readonly image: string;
  /** All image repositories by name; absent if the service has one without a name. */
  readonly images?: ServiceImages;
  /** Whether Freight holds images of one push only; absent if another system builds them, or if there is one. */
  readonly together?: true;
  readonly tags: TagSelection;
  /** In Go's form, as Kargo stores it. */
  readonly interval: string;
  readonly discoveryLimit: number;
  /** Whether a tag never changes its image. */
  readonly cacheByTag: boolean;
  readonly platform: string | undefined;
}

/** The place of the service's values files and its chart. */
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
  /** The Stages that Freight must have passed; empty for Freight straight from the Warehouse. */
  readonly after: readonly string[];
  /** In Go's form. */
  readonly soak: string | undefined;
  /** What the Stage deploys; undefined for control flow. */
  readonly deployment: DeploymentPlan | undefined;
}

/** How one Stage writes its values file, and the Application that uses the file. */
export interface DeploymentPlan {
  readonly promotion: DeployingStage["promotion"];
  /**
   * Whether Kargo promotes automatically. False for manual promotion, and while retired or decommissioned.
   */
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

/** The deploying Stages of a service, in the order of the pipeline. */
export function deployingStages({ stages }: Pick<ServicePlan, "stages">): DeployingStagePlan[] {
  return stages.filter((stage): stage is DeployingStagePlan => stage.deployment !== undefined);
}

/** Plans one service from its pipeline and the stack. */
export function planService(
  name: string,
  service: CatalogueService,
  teams: Catalogue["teams"],
  stack: StackConfig,
): ServicePlan {
  const pipelineName = pipelineOf(name, service.pipeline, stack.rollout.pipelines);
  const pipeline = stagesOf(stack.pipelines, pipelineName);
  const folder = gitopsFolder(stack.gitops.path, name, stack.cluster.name);
  const version = promotionTaskVersion(name, stack.rollout.promotionTask);
  const taskName = (by: PromotesBy) => promotionTaskName(version, by, service.images !== undefined);
  const deploying = pipeline.filter(deploys);
  const options = { ...stack.warehouse, ...service.warehouse };
  const isActive = service.state === "active";
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
      image: listedImages(name, service, stack.registry)[0].repository,
      ...(service.images && { images: service.images }),
      ...(Object.keys(service.images ?? {}).length > 1 && service.build !== false && { together: true }),
      tags: service.tags,
      interval: goDuration(options.interval ?? stack.warehouse.interval),
      discoveryLimit: options.discoveryLimit ?? stack.warehouse.discoveryLimit,
      cacheByTag: options.cacheByTag ?? stack.warehouse.cacheByTag,
      platform: service.warehouse?.platform,
    },
    kargoShard: kargoShard(name, stack.kargo.shards),
    gitops: {
      repoURL: `${stack.github.url}/${stack.gitops.repository}.git`,
      branch: stack.gitops.branch,
      folder,
      chart: gitopsFolder((service.chart ?? stack.gitops.chart).path, name, stack.cluster.name),
    },
    stages: pipeline.map((stage) => planStage(name, stage, folder, taskName, isActive)),
    appProject: appProjectName(name),
    build,
    webhook: build && planWebhook(build, stack.webhooks),
    access: serviceAccess(service.team, teams, pipeline),
    ...(stack.commitStatus && { commitStatus: true }),
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

/** @param isActive whether the service is not decommissioned */
function planStage(
  service: string,
  stage: PipelineStage,
  folder: string,
  taskName: (by: PromotesBy) => string,
  isActive: boolean,
): StagePlan {
  const { stage: name, state, after, soak } = stage;
  const common = { name, state, after, soak: soak === undefined ? undefined : goDuration(soak) };
  if (!deploys(stage)) return { ...common, deployment: undefined };
  const { promotion, sync, selectionPolicy, verification, destination } = stage;
  return {
    ...common,
    deployment: {
      promotion,
      autoPromotion: isActive && state === "active" && promotion !== "manual",
      sync,
      selectionPolicy,
      verification,
      promotionTask: taskName(promotion === "pull-request" ? "pull-request" : "push"),
      valuesFile: valuesFile(folder, name),
      application: applicationName(service, name),
      destination: {
        cluster: destination.cluster,
        namespace: destinationNamespace(destination.namespace, service, name),
      },
    },
  };
}
