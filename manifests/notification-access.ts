import { EVENTS_NAMESPACE } from "../model/names.ts";
import { WATCH_ACCOUNT } from "./notification-sources.ts";
import type { KubernetesObject } from "./objects.ts";
import { clusterGrant } from "./rbac-rules.ts";

/**
 * The right of the EventSource that watches Kargo's Events. An administrator grants it, so that the deployer needs no
 * right on ClusterRoles. It is for all namespaces: a watch on each Project's namespace would be a request for each
 * service, and one EventSource could not name them all.
 */
export function watchGrant(): readonly KubernetesObject[] {
  return clusterGrant(
    WATCH_ACCOUNT,
    [{ apiGroups: [""], resources: ["events"], verbs: ["list", "watch"] }],
    [{ kind: "ServiceAccount", name: WATCH_ACCOUNT, namespace: EVENTS_NAMESPACE }],
  );
}
