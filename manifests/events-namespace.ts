import { EVENTS_NAMESPACE } from "../model/names.ts";
import { EVENT_SOURCE_ACCOUNT, SENSOR_ACCOUNT } from "./argo-events.ts";
import { type BoundRole, grant, serviceAccount } from "./rbac-rules.ts";
import type { PolicyRule, ServiceAccount } from "./rbac-types.ts";

/** The rights that two replicas of a Sensor need for leader election. */
export const ELECT_LEADER: readonly PolicyRule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
];

/** The ServiceAccounts of EventSources and Sensors. EventSources need no rights, not even a token. */
export function eventAccounts(): readonly [eventSource: ServiceAccount, sensor: ServiceAccount] {
  return [
    { ...serviceAccount(EVENTS_NAMESPACE, EVENT_SOURCE_ACCOUNT), automountServiceAccountToken: false },
    serviceAccount(EVENTS_NAMESPACE, SENSOR_ACCOUNT),
  ];
}

/** The Sensors' only right in their own namespace; they start Workflows in other namespaces. */
export function leaderElection(): BoundRole {
  return grant(EVENTS_NAMESPACE, SENSOR_ACCOUNT, ELECT_LEADER, [
    { kind: "ServiceAccount", name: SENSOR_ACCOUNT, namespace: EVENTS_NAMESPACE },
  ]);
}
