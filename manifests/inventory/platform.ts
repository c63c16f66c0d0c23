import type { PlatformPlan } from "../../model/plan.ts";
import { kargoUsersBinding, teamServiceAccount } from "../access.ts";
import { calendar } from "../calendar.ts";
import { credentialSecret } from "../credentials.ts";
import { promotionTask } from "../promotion-task.ts";
import { customized } from "./customize.ts";
import { filledSecretRow, type Inventory, objectRow } from "./row.ts";

export const PLATFORM = "kargo-fleet:index:Platform";

type PlatformPart = "promotionTasks" | "teams" | "credentials" | "calendar";

/** All shared objects of a cluster, except those that turn pushes into images. */
export function platformInventory(platform: PlatformPlan): Inventory<PlatformPart> {
  const { promotionTasks, subjects, credentials, calendar: rules } = platform;
  return customized({
    type: PLATFORM,
    name: "platform",
    parts: {
      promotionTasks: promotionTasks.map((task) =>
        objectRow(
          `promotion-task-${task.images ? "images-" : ""}${task.by}-${task.version}`,
          promotionTask(task),
          {
            // It is deleted with the last service that needs it, and holds nothing that would be lost.
            ...((task.own || task.images) && { unprotected: true }),
          },
        ),
      ),
      teams: [
        ...subjects.map((subject) =>
          objectRow(`service-account-${subject.serviceAccount}`, teamServiceAccount(subject)),
        ),
        objectRow("kargo-users", kargoUsersBinding(subjects)),
      ],
      credentials: credentials.map((plan) =>
        filledSecretRow(`credential-${plan.type}`, credentialSecret(plan), {
          [plan.secret.key]: { config: plan.secret.from },
        }),
      ),
      calendar: [objectRow("calendar", calendar(rules), { filled: true })],
    },
  });
}
