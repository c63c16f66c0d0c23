import * as pulumi from "@pulumi/pulumi";
import type { ServicePlan } from "../model/plan.ts";
import { serviceAccess } from "./access.ts";
import { argoCdApplications } from "./argocd-applications.ts";
import { githubWebhook } from "./github-webhook.ts";
import { kargoProject } from "./kargo-project.ts";
import { childOptions, leaving } from "./leaving.ts";

/** What {@link ServicePipeline} needs. */
export interface ServicePipelineArgs {
  /** The service's piece of the plan: everything but secrets. */
  readonly service: ServicePlan;

  /** The stack's master secret, from which the hook's own secret is derived. */
  readonly webhookMasterSecret: pulumi.Input<string>;

  /**
   * What must exist before a Stage can promote: the shared ClusterPromotionTasks.
   * @default nothing, where another stack owns them
   */
  readonly promotionTasks?: readonly pulumi.Resource[];

  /**
   * What must exist before an Application can find its values: the files in the GitOps repository.
   * @default nothing, where somebody else writes them
   */
  readonly valuesFiles?: readonly pulumi.Resource[];

  /**
   * Whether the service still has its hook, be it off.
   * @default true
   */
  readonly withWebhook?: boolean;
}

/**
 * Everything one service needs to be promoted in isolation: its Kargo Project with Warehouse and Stages, its Argo CD
 * AppProject and Applications, its team's access, its GitHub webhook. `protect` on it is that of all of them, but of those that
 * leave.
 *
 * @example
 * new ServicePipeline("nginx", { service, webhookMasterSecret }, { providers: { kubernetes, github }, protect: true });
 */
export class ServicePipeline extends pulumi.ComponentResource {
  /** The namespace of the Kargo Project. */
  readonly namespace: pulumi.Output<string>;
  /** The Kargo Project. */
  readonly project: pulumi.Output<string>;
  /** The Argo CD Applications, one a Stage, in the order of the pipeline. */
  readonly applications: pulumi.Output<string[]>;
  /** What a person types to promote by hand, for each Stage that waits for one. */
  readonly promote: readonly string[];
  /** What a person types to sync by hand, for each Application that waits for one. */
  readonly sync: readonly string[];
  /** Whether GitHub delivers pushes. */
  readonly webhookActive: pulumi.Output<boolean>;

  constructor(name: string, args: ServicePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    const { service, webhookMasterSecret, promotionTasks = [], valuesFiles = [], withWebhook = true } = args;
    const leaves = service.state === "decommissioned";
    const retires = service.stages.some(({ state }) => state === "retired");
    super("kargo-fleet:index:ServicePipeline", name, {}, leaving(leaves || retires, opts ?? {}));
    const own = leaving(leaves, childOptions(this, opts));

    const kargo = kargoProject(service, own, promotionTasks);
    serviceAccess(service, own, kargo.namespace);
    const argoCd = argoCdApplications(service, own, valuesFiles);
    const hook = withWebhook ? service.webhook : undefined;
    const webhook = hook && githubWebhook(service, hook, webhookMasterSecret, own);

    this.namespace = kargo.namespace.metadata.name;
    this.project = kargo.project.metadata.name;
    this.applications = pulumi.output(argoCd.applications.map(({ metadata }) => metadata.name));
    this.promote = service.commands.promote;
    this.sync = service.commands.sync;
    // The engine's own word, not the plan's: a run with targets may have left the hook as it was.
    this.webhookActive = pulumi.output(webhook?.active ?? false).apply((active) => active ?? true);
    this.registerOutputs({
      namespace: this.namespace,
      project: this.project,
      applications: this.applications,
      promote: this.promote,
      sync: this.sync,
    });
  }
}
