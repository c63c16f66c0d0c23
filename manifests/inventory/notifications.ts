import type { NotificationsPlan } from "../../model/notification-plan.ts";
import { eventWatch, messageAccounts, windowCalendar } from "../notification-sources.ts";
import { messageSensor } from "../notifications.ts";
import { customized } from "./customize.ts";
import { type Inventory, objectRow } from "./row.ts";

export const NOTIFICATIONS = "kargo-fleet:index:Notifications";

/** All objects that send messages to people. They hold no data, so nothing is lost with them. */
export function notificationsInventory(notifications: NotificationsPlan): Inventory<"rows"> {
  const [watch, messenger] = messageAccounts();
  const { groups, windows } = notifications;
  return customized({
    type: NOTIFICATIONS,
    name: "notifications",
    parts: {
      rows: [
        objectRow("service-account-watch", watch),
        objectRow("service-account-messenger", messenger),
        objectRow("event-source", eventWatch(), { after: ["service-account-watch"] }),
        ...(windows.length > 0 ? [objectRow("event-source-windows", windowCalendar(windows))] : []),
        ...groups.map((group) =>
          objectRow(`sensor-${group.name}`, messageSensor(group, notifications), {
            after: ["service-account-messenger"],
          }),
        ),
      ],
    },
  });
}
