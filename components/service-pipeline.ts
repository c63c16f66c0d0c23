import * as pulumi from "@pulumi/pulumi";
import type { ServicePlan } from "../model/plan.ts";
import { serviceAccess } from "./access.ts";
import { argoCdApplications } from "./argocd-applications.ts";
import { githubWebhook } from "./github-webhook.ts";
import { kargoProject } from "./kargo-project.ts";
import { leaving } from "./leaving.ts";

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
}

/**
 * Everything one service needs to be promoted in isolation: its Kargo Project with Warehouse and Stages, its Argo CD
 * AppProject and Applications, its team's access, its GitHub webhook. `protect` on it is inherited by all of them.
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

  constructor(name: string, args: ServicePipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "kargo-fleet:index:ServicePipeline",
      name,
      {},
      leaving(args.service.state === "decommissioned", opts ?? {}),
    );
    const { service, webhookMasterSecret, promotionTasks = [], valuesFiles = [] } = args;

    const kargo = kargoProject(service, { parent: this }, promotionTasks);
    serviceAccess(service, { parent: this }, kargo.namespace);
    const argoCd = argoCdApplications(service, { parent: this }, valuesFiles);
    if (service.webhook) githubWebhook(service, service.webhook, webhookMasterSecret, { parent: this });

    this.namespace = kargo.namespace.metadata.name;
    this.project = kargo.project.metadata.name;
    this.applications = pulumi.output(argoCd.applications.map(({ metadata }) => metadata.name));
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
