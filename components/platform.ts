import * as pulumi from "@pulumi/pulumi";
import { PLATFORM, platformInventory } from "../manifests/inventory/platform.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { BuildTriggers, type BuildTriggersArgs, someLeave } from "./build-triggers.ts";
import { formerGuards } from "./former-guards.ts";
import { Parts } from "./parts.ts";
import { childOptions, withoutProtection } from "./protection.ts";

/** What {@link Platform} needs. */
export interface PlatformArgs extends Omit<BuildTriggersArgs, "triggers"> {
  /** The platform's piece of the plan. */
  readonly platform: PlatformPlan;
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
    const { platform, hadGuards = false, ...run } = args;
    const triggers = platform.buildTriggers;
    const leaves = triggers !== undefined && someLeave(triggers);
    super(PLATFORM, name, {}, withoutProtection(leaves, opts ?? {}));
    const own = childOptions(this, opts);
    const parts = new Parts(name, this, run, opts);
    const { promotionTasks, teams, credentials } = platformInventory(platform).parts;

    this.promotionTasks = parts.register(promotionTasks);
    parts.register(teams);
    if (hadGuards) formerGuards(name, own);
    parts.register(credentials);
    const builds = triggers && new BuildTriggers("build-triggers", { triggers, ...run }, own);
    this.answering = builds?.answering ?? new Map();
    this.registerOutputs({});
  }
}
