import { EVENTS_NAMESPACE } from "../model/names.ts";
import { EVENT_SOURCE_ACCOUNT, SENSOR_ACCOUNT } from "./argo-events.ts";
import { type BoundRole, grant } from "./build-namespace.ts";
import { MANAGED_BY } from "./objects.ts";
import type { PolicyRule, ServiceAccount } from "./rbac-types.ts";

/** What two replicas of a Sensor need to choose the one that works. */
export const ELECT_LEADER: readonly PolicyRule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
];

/** Who the EventSources and the Sensors are: the first need nothing of the API server, not even a token. */
export function eventAccounts(): readonly [eventSource: ServiceAccount, sensor: ServiceAccount] {
  return [{ ...account(EVENT_SOURCE_ACCOUNT), automountServiceAccountToken: false }, account(SENSOR_ACCOUNT)];
}

function account(name: string): ServiceAccount {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: EVENTS_NAMESPACE, labels: { ...MANAGED_BY } },
  };
}

/** The Sensors' one right in their own namespace; what they start, they start elsewhere. */
export function leaderElection(): BoundRole {
  return grant(EVENTS_NAMESPACE, SENSOR_ACCOUNT, ELECT_LEADER, [
    { kind: "ServiceAccount", name: SENSOR_ACCOUNT, namespace: EVENTS_NAMESPACE },
  ]);
}
