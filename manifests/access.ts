import type { SubjectPlan } from "../model/access.ts";
import { TEAMS_NAMESPACE } from "../model/names.ts";
import type { ServicePlan } from "../model/plan.ts";
import { MANAGED_BY, serviceLabels } from "./objects.ts";
import { type BoundRole, grant } from "./rbac-rules.ts";
import {
  type PolicyRule,
  RBAC_API,
  RBAC_GROUP,
  type RoleBinding,
  type ServiceAccount,
  type Subject,
} from "./rbac-types.ts";

const KARGO_GROUP = "kargo.akuity.io";

/** Kargo's own ClusterRole for users who log in: it lets the UI list projects by name. */
export const KARGO_USER = "kargo-user";
/** The binding that gives it to every team. */
export const KARGO_USERS_BINDING = "kargo-fleet-users";

/**
 * A team's rights on Kargo objects in its own namespace: read everything, start and abort Promotions, refresh and
 * reverify. The last two set annotations, so they need `patch` on Stages and Warehouses; the guard protects the
 * specs. No rule reads Secrets, writes a status, or names the verb `*`, which on Stages would include `promote`.
 */
const USE_KARGO: readonly PolicyRule[] = [
  {
    apiGroups: [KARGO_GROUP],
    resources: ["freights", "projectconfigs", "promotions", "promotiontasks", "stages", "warehouses"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: [KARGO_GROUP], resources: ["promotions"], verbs: ["create", "patch"] },
  { apiGroups: [KARGO_GROUP], resources: ["stages", "warehouses"], verbs: ["patch"] },
  { apiGroups: ["argoproj.io"], resources: ["analysisruns"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["events"], verbs: ["get", "list", "watch"] },
];

/** Approving Freight with kubectl; the approval policy limits the change of the status. */
const APPROVE: PolicyRule = {
  apiGroups: [KARGO_GROUP],
  resources: ["freights/status"],
  verbs: ["get", "patch"],
};

export const TEAM_ROLE = "kargo-fleet-team";
export const APPROVERS_ROLE = "kargo-fleet-approvers";
/** The Roles in each service's namespace, by name, with their rules except `promote`. */
export const SERVICE_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [TEAM_ROLE]: USE_KARGO,
  [APPROVERS_ROLE]: [...USE_KARGO, APPROVE],
};

/** A service's Role with its binding. */
type Grant = BoundRole & { readonly actor: "team" | "approvers" };

/**
 * The rights of the team and the approvers on one service, in its own namespace. These are Roles and not
 * ClusterRoles per pipeline: `roleRef` is immutable, so another pipeline would replace the bindings, and protected
 * resources cannot be replaced. The rules of a Role change in place.
 * Kargo's own roles in the namespace have other names, and Kargo reverts edits to those.
 */
export function grants(service: ServicePlan): readonly Grant[] {
  return (["team", "approvers"] as const).map((actor) => {
    const name = { team: TEAM_ROLE, approvers: APPROVERS_ROLE }[actor];
    const who = service.access[actor];
    const rules = [...(SERVICE_ROLES[name] ?? []), ...promote(who.promotes)];
    return { actor, ...grant(service.project, name, rules, bound(who), serviceLabels(service)) };
  });
}

/**
 * The verb that Kargo's admission checks for each Promotion, on the named Stages. Without names it would apply to
 * all.
 */
function promote(stages: readonly string[]): PolicyRule[] {
  if (stages.length === 0) return [];
  return [
    { apiGroups: [KARGO_GROUP], resources: ["stages"], resourceNames: [...stages], verbs: ["promote"] },
  ];
}

/** The directory group for kubectl, and the ServiceAccount that claims it for Kargo's UI and CLI. */
function bound({ group, serviceAccount }: SubjectPlan): Subject[] {
  return [
    { kind: "Group", name: group, apiGroup: RBAC_GROUP },
    { kind: "ServiceAccount", name: serviceAccount, namespace: TEAMS_NAMESPACE },
  ];
}

/**
 * A team's ServiceAccount: in Kargo's UI and CLI, users whose token has the directory group act as this account.
 */
export function teamServiceAccount({ group, serviceAccount }: SubjectPlan): ServiceAccount {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name: serviceAccount,
      namespace: TEAMS_NAMESPACE,
      labels: { ...MANAGED_BY },
      annotations: {
        "kargo.akuity.io/description": `Whoever is in the directory group ${group}.`,
        "rbac.kargo.akuity.io/claims": JSON.stringify({ groups: [group] }),
      },
    },
  };
}

/** Lets every team's ServiceAccount list projects in Kargo's UI: names become visible, contents do not. */
export function kargoUsersBinding(subjects: readonly SubjectPlan[]): RoleBinding {
  return {
    apiVersion: RBAC_API,
    kind: "ClusterRoleBinding",
    metadata: { name: KARGO_USERS_BINDING, labels: { ...MANAGED_BY } },
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: KARGO_USER },
    subjects: subjects.map(({ serviceAccount }) => ({
      kind: "ServiceAccount",
      name: serviceAccount,
      namespace: TEAMS_NAMESPACE,
    })),
  };
}
