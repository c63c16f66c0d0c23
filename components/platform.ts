import * as pulumi from "@pulumi/pulumi";
import { PLATFORM, platformInventory } from "../manifests/inventory/platform.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { BuildTriggers, type BuildTriggersArgs } from "./build-triggers.ts";
import { formerGuards } from "./former-guards.ts";
import { Notifications } from "./notifications.ts";
import { RowRegistry } from "./register-rows.ts";

/** Arguments of {@link Platform}. */
interface PlatformArgs extends Omit<BuildTriggersArgs, "triggers"> {
  /** The shared part of the plan. */
  readonly platform: PlatformPlan;
  /**
   * Whether the last `up` used a version of the program that created the guards itself.
   * @default false
   */
  readonly hadGuards?: boolean;
}

/**
 * The shared objects of a cluster: the versions of the ClusterPromotionTask, the teams' ServiceAccounts, Kargo's
 * credentials, the calendar of windows and freezes, and the objects that turn pushes into images.
 */
export class Platform extends pulumi.ComponentResource {
  /** The ClusterPromotionTasks, on which the Stages depend. */
  readonly promotionTasks: readonly pulumi.Resource[];
  /** For each built service, the resources that must exist before its hook. */
  readonly answering: ReadonlyMap<string, readonly pulumi.CustomResource[]>;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    const { platform, hadGuards = false, ...run } = args;
    const triggers = platform.buildTriggers;
    const { promotionTasks, teams, ...others } = platformInventory(platform).parts;
    super(PLATFORM, name, {}, opts);
    const own = { parent: this };
    const registry = new RowRegistry(name, this, run);

    this.promotionTasks = registry.register(promotionTasks);
    registry.register(teams);
    if (hadGuards) formerGuards(name, own);
    for (const rows of Object.values(others)) registry.register(rows);
    const builds = triggers && new BuildTriggers("build-triggers", { triggers, ...run }, own);
    this.answering = builds?.answering ?? new Map();
    const { notifications } = platform;
    if (notifications) {
      const args = { notifications, carriedBy: builds?.bus ?? [], ...run };
      // It has no parent, because the engine would protect it like its parent.
      new Notifications("notifications", args, opts?.providers ? { providers: opts.providers } : {});
    }
    this.registerOutputs({});
  }
}
