import * as pulumi from "@pulumi/pulumi";
import { guards } from "../manifests/guard.ts";
import { promotionTask } from "../manifests/promotion-task.ts";
import { resourceName } from "../model/names.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { teamAccounts } from "./access.ts";
import { type StackSecrets, sharedCredentials } from "./credentials.ts";
import { customObject } from "./kubernetes-object.ts";

/** What {@link Platform} needs. */
export interface PlatformArgs {
  /** The platform's piece of the plan. */
  readonly platform: PlatformPlan;
  /** The secrets that its credentials name. */
  readonly secrets: StackSecrets;
}

/**
 * What all services of a cluster share: the versions of the ClusterPromotionTask, the teams' ServiceAccounts, the guard
 * (policies that hold whatever RBAC says), and the credentials that Kargo works with.
 */
export class Platform extends pulumi.ComponentResource {
  /** The ClusterPromotionTasks, for the Stages to wait for. */
  readonly promotionTasks: readonly pulumi.Resource[];

  constructor(name: string, { platform, secrets }: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("kargo-fleet:index:Platform", name, {}, opts);
    const own = { parent: this };
    const named = (role: string) => resourceName(name, role);

    this.promotionTasks = platform.promotionTasks.map((task) => {
      const manifest = promotionTask(task);
      return customObject(named(`promotion-task-${task.by}-${task.version}`), manifest, own);
    });
    teamAccounts(platform, own, named);
    for (const { policy, binding } of guards(platform.guard)) {
      const rule = customObject(named(`policy-${policy.metadata.name}`), policy, own);
      customObject(named(`policy-binding-${policy.metadata.name}`), binding, { ...own, dependsOn: [rule] });
    }
    sharedCredentials(platform.credentials, secrets, own, named);
    this.registerOutputs({});
  }
}
