import type { NotificationsPlan, ReceiverPlan, RoutePlan } from "./notification-plan.ts";

/** Upper bounds for a Sensor of messages, in bytes of JSON. */
const SENSOR = { empty: 1_500, route: 1_000, receiver: { slack: 4_000, teams: 6_500, "kargo-fleet": 6_000 } };

type Links = Pick<NotificationsPlan, "kargo" | "argoCd" | "windows">;

/**
 * An upper bound for the base64 of a group's Sensor, in bytes. A test compares it with the manifests, which this
 * folder may not import.
 */
export function messageSensorBytes(routes: readonly RoutePlan[], links: Links): number {
  const json = routes.reduce((sum, route) => sum + routeBytes(route, links), SENSOR.empty);
  return Math.ceil(json / 3) * 4;
}

function routeBytes(route: RoutePlan, { kargo, argoCd, windows }: Links): number {
  const { team, projects, waits, approvers, receivers } = route;
  const plain = projects.reduce((sum, project) => sum + project.length + 1, 0);
  // Stages and approvers are repeated in the texts of a message.
  const repeated = JSON.stringify(waits).length + JSON.stringify(JSON.stringify(approvers)).length;
  const each = ({ format, name, url = "", secret = "", channel = "" }: ReceiverPlan) =>
    SENSOR.receiver[format] +
    4 * repeated +
    2 * (kargo.length + argoCd.length) +
    24 * team.length +
    name.length +
    url.length +
    secret.length +
    channel.length;
  const happening = receivers.reduce((sum, receiver) => sum + each(receiver), SENSOR.route);
  return plain + repeated + happening * (1 + windows.length);
}
