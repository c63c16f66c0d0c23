import * as pulumi from "@pulumi/pulumi";
import { type HookResource, hooks } from "../git-host/hooks.ts";
import { manifestsOf } from "../manifests/inventory/objects.ts";
import { SERVICE_PIPELINE, serviceInventory } from "../manifests/inventory/service.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import { planOneService, type ServiceArgs } from "../model/service-args.ts";
import { failedOf } from "./engine-state.ts";
import { withoutProtection } from "./protection.ts";
import { RowRegistry, type RowsArgs } from "./register-rows.ts";

/** The arguments of {@link ServicePipeline} in other programs, without `services.json` and a stack file. */
export interface ServicePipelineArgs extends After {
  /** The team that owns the service: its name, its directory group, and optionally the group of its approvers. */
  readonly team: ServiceArgs["team"];

  /** The GitHub repository with the source, for example `acme/nginx`. */
  readonly repository: string;

  /** The image repository without a tag, for example `registry.example/nginx`. It may be another resource's output. */
  readonly image: pulumi.Input<string>;

  /** The GitOps repository, and optionally its branch, the folder of values files and the folder of the chart. */
  readonly gitops: ServiceArgs["gitops"];

  /**
   * How the Warehouse selects tags.
   * @default { strategy: "lexical" } with tags such as 20260102030405-abcdef0
   */
  readonly tags?: ServiceArgs["tags"];

  /**
   * The Warehouse's interval and the number of tags that it keeps.
   * @default { interval: "5m", discoveryLimit: 5, cacheByTag: true }
   */
  readonly warehouse?: ServiceArgs["warehouse"];

  /**
   * The Stages, in the form of a pipeline in the stack's config.
   * @default dev, staging and prod; dev and staging have auto-promotion and auto-sync, prod has manual gates
   */
  readonly stages?: ServiceArgs["stages"];

  /**
   * The folder of the chart, if it is not that of `gitops`.
   * @default gitops.chart
   */
  readonly chart?: ServiceArgs["chart"];

  /**
   * Labels for every object of the service.
   * @default none
   */
  readonly labels?: ServiceArgs["labels"];

  /**
   * The cluster's name, which replaces `{cluster}` in paths of the GitOps repository.
   * @default cluster
   */
  readonly cluster?: ServiceArgs["cluster"];
}

/** What a service depends on. */
interface After {
  /**
   * Resources that a Stage depends on: the shared ClusterPromotionTasks.
   * @default none, if another stack owns them
   */
  readonly promotionTasks?: readonly pulumi.Resource[];

  /**
   * Resources that an Application depends on: its values files in the GitOps repository.
   * @default none, if another program writes them
   */
  readonly valuesFiles?: readonly pulumi.CustomResource[];
}

/** The arguments in this program: one service of a plan that was checked as a whole. */
export interface PlannedService extends RowsArgs, After {
  readonly service: ServicePlan;

  /**
   * Resources that a hook depends on: its EventSource, and what starts the build.
   * @default none, if another stack owns them
   */
  readonly answeredBy?: readonly pulumi.CustomResource[];
}

/**
 * Everything that one service needs for its own promotion pipeline: its Kargo Project with Warehouse and Stages,
 * its AppProject and Applications, its team's access, its webhook. `protect` applies to all of them, except
 * to those that are being removed.
 *
 * @example
 * new ServicePipeline(
 *   "nginx",
 *   {
 *     team: { name: "edge", group: "AD-Edge" },
 *     repository: "acme/nginx",
 *     image: "registry.example/nginx",
 *     gitops: { repository: "acme/gitops" },
 *   },
 *   { providers: { kubernetes }, protect: true },
 * );
 */
export class ServicePipeline extends pulumi.ComponentResource {
  /** The namespace of the Kargo Project. */
  readonly namespace: string;
  /** The Kargo Project. */
  readonly project: string;
  /** The Argo CD Applications, one per Stage, in the order of the pipeline. */
  readonly applications: readonly string[];
  /** The commands for manual promotion, one per Stage that needs it. */
  readonly promote: readonly string[];
  /** The commands for manual sync, one per Application that needs it. */
  readonly sync: readonly string[];
  /** Its resources by role: `namespace`, `stage-dev`, `webhook`. */
  readonly parts: ReadonlyMap<string, pulumi.CustomResource>;
  /** The hook of its repository; undefined if it has none. */
  readonly webhook: HookResource | undefined;

  /** @throws Error with every invalid argument, before anything is registered */
  constructor(
    name: string,
    args: ServicePipelineArgs | PlannedService,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const planned = "service" in args ? args : plannedService(name, args);
    const { service, promotionTasks = [], valuesFiles = [], answeredBy = [], ...run } = planned;
    const removing = service.state === "decommissioned";
    super(SERVICE_PIPELINE, name, {}, withoutProtection(removing, opts ?? {}));
    const registry = new RowRegistry(name, this, run);
    const { project, stages, access, appProject, applications, hook, ...others } =
      serviceInventory(service).parts;

    registry.register(project);
    registry.register(stages, promotionTasks);
    registry.register(access);
    registry.register(appProject);
    registry.register(applications, failedOf(valuesFiles));
    for (const rows of Object.values(others)) registry.register(rows);
    const [webhook] = run.hook === "leave-out" ? [] : registry.register(hook, failedOf(answeredBy));

    this.parts = registry.registered;
    this.webhook = hooks.isHook(webhook) ? webhook : undefined;
    // Plain names, so that a failed object does not remove the stack's outputs.
    this.namespace = service.project;
    this.project = service.project;
    this.applications = deployingStages(service).map(({ deployment }) => deployment.application);
    this.promote = service.commands.promote;
    this.sync = service.commands.sync;
    this.registerOutputs({
      namespace: this.namespace,
      project: this.project,
      applications: this.applications,
      promote: this.promote,
      sync: this.sync,
    });
  }
}

function plannedService(
  name: string,
  { image, promotionTasks = [], valuesFiles = [], ...args }: ServicePipelineArgs,
): PlannedService {
  // Another system builds the image, so there is no hook and no derived secret.
  const more = { promotionTasks, valuesFiles, secrets: { webhookMasterSecret: "" } };
  if (!pulumi.Output.isInstance(image) && !(image instanceof Promise))
    return { ...more, service: planOneService(name, { ...args, image }) };
  const manifests = pulumi
    .output(image)
    .apply((known) => manifestsOf(serviceInventory(planOneService(name, { ...args, image: known }))));
  // The set of resources does not depend on the image.
  return { ...more, service: planOneService(name, { ...args, image: `image.invalid/${name}` }), manifests };
}
