import * as pulumi from "@pulumi/pulumi";
import { promotionTask } from "../manifests/promotion-task.ts";
import { resourceName } from "../model/names.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { teamAccounts } from "./access.ts";
import { BuildTriggers, type BuildTriggersArgs, someLeave } from "./build-triggers.ts";
import { type StackSecrets, sharedCredentials } from "./credentials.ts";
import { formerGuards } from "./former-guards.ts";
import { customObject } from "./kubernetes-object.ts";
import { childOptions, withoutProtection } from "./protection.ts";

/** What {@link Platform} needs. */
export interface PlatformArgs extends Omit<BuildTriggersArgs, "triggers"> {
  /** The platform's piece of the plan. */
  readonly platform: PlatformPlan;
  /** The secrets that its credentials name. */
  readonly secrets: StackSecrets;
  /**
   * Whether the last `up` was of a program that made the guards itself.
   * @default false
   */
  readonly hadGuards?: boolean;
}

/**
 * What all services of a cluster share: the versions of the ClusterPromotionTask, the teams' ServiceAccounts, the
 * credentials that Kargo works with, and what turns pushes into images.
 */
export class Platform extends pulumi.ComponentResource {
  /** The ClusterPromotionTasks, for the Stages to wait for. */
  readonly promotionTasks: readonly pulumi.Resource[];
  /** For each service that is built: what must be there before its hook is. */
  readonly answering: ReadonlyMap<string, readonly pulumi.CustomResource[]>;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    const { platform, secrets, hadGuards = false, ...more } = args;
    const triggers = platform.buildTriggers;
    const leaves = triggers !== undefined && someLeave(triggers);
    super("kargo-fleet:index:Platform", name, {}, withoutProtection(leaves, opts ?? {}));
    const own = childOptions(this, opts);
    const named = (role: string) => resourceName(name, role);

    this.promotionTasks = platform.promotionTasks.map((task) => {
      const manifest = promotionTask(task);
      return customObject(named(`promotion-task-${task.by}-${task.version}`), manifest, own);
    });
    teamAccounts(platform, own, named);
    if (hadGuards) formerGuards(own, named);
    sharedCredentials(platform.credentials, secrets, own, named);
    const builds = triggers && new BuildTriggers("build-triggers", { triggers, ...more }, own);
    this.answering = builds?.answering ?? new Map();
    this.registerOutputs({});
  }
}
