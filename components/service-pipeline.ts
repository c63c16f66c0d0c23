import github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SERVICE_PIPELINE, serviceInventory } from "../manifests/inventory/service.ts";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import { unmade } from "./engine-state.ts";
import { Parts, type PartsArgs } from "./parts.ts";
import { withoutProtection } from "./protection.ts";

/** What {@link ServicePipeline} needs. */
export interface ServicePipelineArgs extends PartsArgs {
  /** The service's piece of the plan: everything but secrets. */
  readonly service: ServicePlan;

  /**
   * What must exist before a Stage can promote: the shared ClusterPromotionTasks.
   * @default nothing, where another stack owns them
   */
  readonly promotionTasks?: readonly pulumi.Resource[];

  /**
   * What must exist before an Application can find its values: the files in the GitOps repository.
   * @default nothing, where somebody else writes them
   */
  readonly valuesFiles?: readonly pulumi.CustomResource[];

  /**
   * What must exist before a push can be answered: the EventSource that its hook posts to, and what starts the build.
   * @default nothing, where another stack owns them
   */
  readonly answeredBy?: readonly pulumi.CustomResource[];
}

/**
 * Everything one service needs to be promoted in isolation: its Kargo Project with Warehouse and Stages, its Argo CD
 * AppProject and Applications, its team's access, its GitHub webhook. `protect` on it is that of all of them, but of those that
 * leave.
 *
 * @example
 * new ServicePipeline("nginx", { service, secrets: { webhookMasterSecret } }, { providers: { kubernetes, github }, protect: true });
 */
export class ServicePipeline extends pulumi.ComponentResource {
  /** The namespace of the Kargo Project. */
  readonly namespace: string;
  /** The Kargo Project. */
  readonly project: string;
  /** The Argo CD Applications, one a Stage, in the order of the pipeline. */
  readonly applications: readonly string[];
  /** What a person types to promote by hand, for each Stage that waits for one. */
  readonly promote: readonly string[];
  /** What a person types to sync by hand, for each Application that waits for one. */
  readonly sync: readonly string[];
  /** Its resources, by their roles: `namespace`, `stage-dev`, `webhook`. */
  readonly parts: ReadonlyMap<string, pulumi.CustomResource>;
  /** The hook on its repository; nothing where it has none. */
  readonly webhook: github.RepositoryWebhook | undefined;

  constructor(name: string, args: ServicePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const { service, promotionTasks = [], valuesFiles = [], answeredBy = [], ...run } = args;
    const leaves = service.state === "decommissioned";
    const retires = service.stages.some(({ state }) => state === "retired");
    super(SERVICE_PIPELINE, name, {}, withoutProtection(leaves || retires, opts ?? {}));
    const parts = new Parts(name, this, run, opts);
    const { project, stages, access, appProject, applications, hook } = serviceInventory(service).parts;

    parts.register(project);
    parts.register(stages, promotionTasks);
    parts.register(access);
    parts.register(appProject);
    parts.register(applications, unmade(valuesFiles));
    const [webhook] = run.hook === "leave-out" ? [] : parts.register(hook, unmade(answeredBy));

    this.parts = parts.registered;
    this.webhook = webhook instanceof github.RepositoryWebhook ? webhook : undefined;
    // Plain names: an object that could not be made must not take the stack's outputs along.
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
