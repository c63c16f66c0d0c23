import * as pulumi from "@pulumi/pulumi";
import { NOTIFICATIONS, notificationsInventory } from "../manifests/inventory/notifications.ts";
import type { NotificationsPlan } from "../model/notification-plan.ts";
import { RowRegistry, type RowsArgs } from "./register-rows.ts";

/** Arguments of {@link Notifications}. */
interface NotificationsArgs extends RowsArgs {
  /** The message part of the platform's plan. */
  readonly notifications: NotificationsPlan;
  /**
   * What must exist before: the EventBus that carries the events.
   * @default nothing
   */
  readonly carriedBy?: readonly pulumi.Resource[];
}

/**
 * The objects that send messages to people, for all services of a cluster. They are never protected, because they
 * hold no data and a stack may stop to send messages.
 */
export class Notifications extends pulumi.ComponentResource {
  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    const { notifications, carriedBy = [], ...run } = args;
    const own = { ...opts, protect: false };
    super(NOTIFICATIONS, name, {}, own);
    const registry = new RowRegistry(name, this, run);
    registry.register(notificationsInventory(notifications).parts.rows, carriedBy);
    this.registerOutputs({});
  }
}
