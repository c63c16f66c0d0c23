import { EVENTS_NAMESPACE } from "../model/names.ts";
import { WATCH_ACCOUNT } from "./notification-sources.ts";
import { MANAGED_BY } from "./objects.ts";
import { type ClusterRole, RBAC_API, RBAC_GROUP, type RoleBinding } from "./rbac-types.ts";

/**
 * The right of the EventSource that watches Kargo's Events. An administrator grants it, so that the deployer needs no
 * right on ClusterRoles. It is for all namespaces: a watch on each Project's namespace would be a request for each
 * service, and one EventSource could not name them all.
 */
export function watchGrant(): readonly [role: ClusterRole, binding: RoleBinding] {
  const metadata = { name: WATCH_ACCOUNT, labels: { ...MANAGED_BY } };
  return [
    {
      apiVersion: RBAC_API,
      kind: "ClusterRole",
      metadata,
      rules: [{ apiGroups: [""], resources: ["events"], verbs: ["list", "watch"] }],
    },
    {
      apiVersion: RBAC_API,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: WATCH_ACCOUNT },
      subjects: [{ kind: "ServiceAccount", name: WATCH_ACCOUNT, namespace: EVENTS_NAMESPACE }],
    },
  ];
}
