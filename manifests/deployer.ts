import { TEAMS_NAMESPACE } from "../model/access.ts";
import { ARGOCD_NAMESPACE } from "../model/names.ts";
import { KARGO_USER, teamsNamespace } from "./access.ts";
import { SHARED_NAMESPACE } from "./credentials.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";
import { type ClusterRole, type PolicyRule, RBAC_API, type Role, type RoleBinding } from "./rbac-types.ts";

const NAME = "kargo-fleet-deployer";
const RBAC_GROUP = "rbac.authorization.k8s.io";

const READ = ["get", "list", "watch"] as const;
const OWN = [...READ, "create", "update", "patch", "delete"] as const;

/**
 * What `pulumi up` needs in the whole cluster. There is no `*`, no `escalate`, and `bind` for one role alone: what it
 * gives to teams it must hold itself, which is Kubernetes' own check, and why it may promote.
 */
const CLUSTER_RULES: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["namespaces"], verbs: OWN },
  {
    apiGroups: ["kargo.akuity.io"],
    resources: ["clusterpromotiontasks", "projectconfigs", "projects", "stages", "warehouses"],
    verbs: OWN,
  },
  {
    apiGroups: [RBAC_GROUP],
    resources: ["clusterrolebindings", "rolebindings", "roles"],
    verbs: OWN,
  },
  { apiGroups: [RBAC_GROUP], resources: ["clusterroles"], resourceNames: [KARGO_USER], verbs: ["bind"] },
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
    verbs: OWN,
  },
  // From here on: what it hands to teams and approvers.
  { apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["promote"] },
  { apiGroups: ["kargo.akuity.io"], resources: ["promotions"], verbs: [...READ, "create", "patch"] },
  { apiGroups: ["kargo.akuity.io"], resources: ["freights", "promotiontasks"], verbs: READ },
  { apiGroups: ["kargo.akuity.io"], resources: ["freights/status"], verbs: ["get", "patch"] },
  { apiGroups: ["argoproj.io"], resources: ["analysisruns"], verbs: READ },
  { apiGroups: [""], resources: ["events"], verbs: READ },
];

/** What it needs in one namespace only: Secrets nowhere but where Kargo keeps the shared ones, and never a list of them. */
const NAMESPACE_RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [TEAMS_NAMESPACE]: [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: OWN }],
  [SHARED_NAMESPACE]: [
    { apiGroups: [""], resources: ["secrets"], verbs: ["get", "create", "update", "patch", "delete"] },
  ],
  [ARGOCD_NAMESPACE]: [
    { apiGroups: ["argoproj.io"], resources: ["applications", "appprojects"], verbs: OWN },
  ],
};

/**
 * What an administrator applies once, before the first `up`: the rights of the identity that deploys, and the
 * namespace of the teams' ServiceAccounts.
 *
 * @param username as the API server sees it, for example `system:serviceaccount:ci:pulumi`
 */
export function deployerObjects(username: string): readonly KubernetesObject[] {
  const labels = { ...MANAGED_BY };
  const subjects = [{ kind: "User", name: username, apiGroup: RBAC_GROUP }] as const;
  const clusterRole: ClusterRole = {
    apiVersion: RBAC_API,
    kind: "ClusterRole",
    metadata: { name: NAME, labels },
    rules: CLUSTER_RULES,
  };
  const clusterBinding: RoleBinding = {
    apiVersion: RBAC_API,
    kind: "ClusterRoleBinding",
    metadata: { name: NAME, labels },
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: NAME },
    subjects,
  };
  const inNamespaces = Object.entries(NAMESPACE_RULES).flatMap(
    ([namespace, rules]): (Role | RoleBinding)[] => [
      { apiVersion: RBAC_API, kind: "Role", metadata: { name: NAME, namespace, labels }, rules },
      {
        apiVersion: RBAC_API,
        kind: "RoleBinding",
        metadata: { name: NAME, namespace, labels },
        roleRef: { apiGroup: RBAC_GROUP, kind: "Role", name: NAME },
        subjects,
      },
    ],
  );
  return [teamsNamespace(), clusterRole, clusterBinding, ...inNamespaces];
}
