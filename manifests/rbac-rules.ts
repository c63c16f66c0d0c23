import type { PolicyRule } from "./rbac-types.ts";

/** The API group of Roles and bindings, and of the people that they name. */
export const RBAC_GROUP = "rbac.authorization.k8s.io";

/** Fills Secrets that somebody else made: none can be made, listed or deleted with it. */
export function fillSecrets(names: readonly string[]): PolicyRule {
  return { apiGroups: [""], resources: ["secrets"], resourceNames: names, verbs: ["get", "patch"] };
}

/**
 * Binds Roles by name. Without it the API server reads the Role for its check of escalation, and the preview of a binding
 * whose Role is not there yet fails.
 */
export function bindRoles(names: readonly string[]): PolicyRule {
  return { apiGroups: [RBAC_GROUP], resources: ["roles"], resourceNames: names, verbs: ["bind"] };
}
