import type { KubernetesObject } from "./objects.ts";

/** The API group of Kubernetes' RBAC. */
export const RBAC_GROUP = "rbac.authorization.k8s.io";
export const RBAC_API = `${RBAC_GROUP}/v1`;

/** An RBAC rule with exact names; `*` is never used. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface ClusterRole extends KubernetesObject {
  readonly apiVersion: typeof RBAC_API;
  readonly kind: "ClusterRole";
  readonly rules: readonly PolicyRule[];
}

export interface Role extends KubernetesObject {
  readonly apiVersion: typeof RBAC_API;
  readonly kind: "Role";
  readonly rules: readonly PolicyRule[];
}

export type Subject =
  | { readonly kind: "Group" | "User"; readonly name: string; readonly apiGroup: typeof RBAC_GROUP }
  | { readonly kind: "ServiceAccount"; readonly name: string; readonly namespace: string };

export interface RoleBinding extends KubernetesObject {
  readonly apiVersion: typeof RBAC_API;
  readonly kind: "RoleBinding" | "ClusterRoleBinding";
  readonly roleRef: {
    readonly apiGroup: typeof RBAC_GROUP;
    readonly kind: "ClusterRole" | "Role";
    readonly name: string;
  };
  readonly subjects: readonly Subject[];
}

export interface ServiceAccount extends KubernetesObject {
  readonly apiVersion: "v1";
  readonly kind: "ServiceAccount";
  /** Whether pods get the account's token automatically. */
  readonly automountServiceAccountToken?: false;
}
