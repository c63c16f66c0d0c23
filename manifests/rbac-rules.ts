import { type PolicyRule, RBAC_GROUP } from "./rbac-types.ts";

/**
 * The right to bind named Roles. With it the API server does not read the Role for its escalation check; otherwise
 * a preview of a binding whose Role does not exist yet would fail.
 */
export function bindRoles(names: readonly string[]): PolicyRule {
  return { apiGroups: [RBAC_GROUP], resources: ["roles"], resourceNames: names, verbs: ["bind"] };
}
