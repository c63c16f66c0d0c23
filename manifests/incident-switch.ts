import type { AccessConfig } from "../model/access.ts";
import { WINDOWS_NAMESPACE } from "../model/names.ts";
import { CALENDAR, emptyCalendars, STOP } from "./calendar.ts";
import type { KubernetesObject } from "./objects.ts";
import { grant } from "./rbac-rules.ts";
import { type PolicyRule, RBAC_GROUP } from "./rbac-types.ts";

const INCIDENT_ROLE = "kargo-fleet-incident";

/** Stopping and resuming the line is a change of one object, which nobody needs to create or delete. */
const STOP_AND_RESUME: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["configmaps"], resourceNames: [CALENDAR], verbs: ["get"] },
  { apiGroups: [""], resources: ["configmaps"], resourceNames: [STOP], verbs: ["get", "patch"] },
];

/**
 * The calendar and the switch, both empty, and the right of the incident group to use the switch. An administrator
 * creates them, so that the deployer needs no right on the switch, and can grant none.
 */
export function switchObjects({
  breakGlass,
  incident = breakGlass,
}: AccessConfig): readonly KubernetesObject[] {
  const people =
    incident === undefined ? [] : [{ kind: "Group", name: incident, apiGroup: RBAC_GROUP } as const];
  const { role, binding } = grant(WINDOWS_NAMESPACE, INCIDENT_ROLE, STOP_AND_RESUME, people);
  return [...emptyCalendars(), role, binding];
}
