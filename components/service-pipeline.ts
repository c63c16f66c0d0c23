import type github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { deployingStages, type ServicePlan } from "../model/plan.ts";
import type { HookStep } from "../model/provisioned.ts";
import { serviceAccess } from "./access.ts";
import { argoCdApplications } from "./argocd-applications.ts";
import { unmade } from "./engine-state.ts";
import { githubWebhook, lost } from "./github-webhook.ts";
import { kargoProject } from "./kargo-project.ts";
import { Parts } from "./parts.ts";
import { childOptions, withoutProtection } from "./protection.ts";

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
  readonly valuesFiles?: readonly pulumi.CustomResource[];

  /**
   * What must exist before a push can be answered: the EventSource that its hook posts to, and what starts the build.
   * @default nothing, where another stack owns them
   */
  readonly answeredBy?: readonly pulumi.CustomResource[];

  /**
   * What becomes of its hook.
   * @default keep
   */
  readonly hook?: HookStep;

  /**
   * Whether the engine's state has a resource of this name: of what leaves, nothing else is registered.
   * @default it has every one
   */
  readonly isMade?: (name: string) => boolean;
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
    const { service, webhookMasterSecret, promotionTasks = [], valuesFiles = [] } = args;
    const { answeredBy = [], hook = "keep", isMade = () => true } = args;
    const leaves = service.state === "decommissioned";
    const retires = service.stages.some(({ state }) => state === "retired");
    super("kargo-fleet:index:ServicePipeline", name, {}, withoutProtection(leaves || retires, opts ?? {}));
    const parts = new Parts(name, childOptions(this, opts), isMade, leaves);

    const namespace = kargoProject(service, parts, promotionTasks);
    serviceAccess(service, parts, namespace);
    argoCdApplications(service, parts, unmade(valuesFiles));
    const planned = hook === "leave-out" ? undefined : service.webhook;
    const webhook =
      planned &&
      parts.add("webhook", { after: unmade(answeredBy) }, (role, options) =>
        githubWebhook(role, planned, webhookMasterSecret, hook === "lose" ? lost(options) : options),
      );

    this.parts = parts.registered;
    this.webhook = webhook;
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
