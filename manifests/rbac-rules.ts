import { MANAGED_BY } from "./objects.ts";
import {
  type ClusterRole,
  type PolicyRule,
  RBAC_API,
  RBAC_GROUP,
  type Role,
  type RoleBinding,
  type ServiceAccount,
  type Subject,
} from "./rbac-types.ts";

/**
 * The right to bind named Roles. With it the API server does not read the Role for its escalation check; otherwise
 * a preview of a binding whose Role does not exist yet would fail.
 */
export function bindRoles(names: readonly string[]): PolicyRule {
  return { apiGroups: [RBAC_GROUP], resources: ["roles"], resourceNames: names, verbs: ["bind"] };
}

/** A Role of a namespace with its binding. */
export interface BoundRole {
  readonly role: Role;
  readonly binding: RoleBinding;
}

/** A Role and a binding with the same name. */
export function grant(
  namespace: string,
  name: string,
  rules: readonly PolicyRule[],
  subjects: readonly Subject[],
  labels: Readonly<Record<string, string>> = { ...MANAGED_BY },
): BoundRole {
  const metadata = { name, namespace, labels };
  const roleRef = { apiGroup: RBAC_GROUP, kind: "Role", name } as const;
  return {
    role: { apiVersion: RBAC_API, kind: "Role", metadata, rules },
    binding: { apiVersion: RBAC_API, kind: "RoleBinding", metadata, roleRef, subjects },
  };
}

/** A ClusterRole and a binding with the same name. */
export function clusterGrant(
  name: string,
  rules: readonly PolicyRule[],
  subjects: readonly Subject[],
): readonly [role: ClusterRole, binding: RoleBinding] {
  const metadata = { name, labels: { ...MANAGED_BY } };
  const roleRef = { apiGroup: RBAC_GROUP, kind: "ClusterRole", name } as const;
  return [
    { apiVersion: RBAC_API, kind: "ClusterRole", metadata, rules },
    { apiVersion: RBAC_API, kind: "ClusterRoleBinding", metadata, roleRef, subjects },
  ];
}

/** A ServiceAccount with our label. */
export function serviceAccount(namespace: string, name: string): ServiceAccount {
  const metadata = { name, namespace, labels: { ...MANAGED_BY } };
  return { apiVersion: "v1", kind: "ServiceAccount", metadata };
}
