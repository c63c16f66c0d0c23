import { CREDENTIAL_NAMES } from "../model/credentials.ts";
import { ARGOCD_NAMESPACE, buildNamespace, EVENTS_NAMESPACE, TEAMS_NAMESPACE } from "../model/names.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { KARGO_USER, KARGO_USERS_BINDING, SERVICE_ROLES } from "./access.ts";
import { SENSOR_ACCOUNT } from "./argo-events.ts";
import { buildIdentity, DEPLOY_BUILDS } from "./build-namespace.ts";
import { SHARED_NAMESPACE } from "./credentials.ts";
import { secretsToFill } from "./deployer-secrets.ts";
import { ELECT_LEADER } from "./events-namespace.ts";
import { guards } from "./guard.ts";
import { RECEIVER, SYSTEM_NAMESPACE } from "./kargo-receiver.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";
import { bindRoles, fillSecrets, RBAC_GROUP } from "./rbac-rules.ts";
import { type ClusterRole, type PolicyRule, RBAC_API, type Role, type RoleBinding } from "./rbac-types.ts";

const NAME = "kargo-fleet-deployer";

const READ = ["get", "list", "watch"] as const;
const OWN = [...READ, "create", "update", "patch", "delete"] as const;
/** A `create` names nothing yet, so that only what comes after it can be held to names. */
const CHANGE = ["update", "patch", "delete"] as const;

/**
 * What `pulumi up` needs in the whole cluster: nothing on policies of admission, by which it is held itself. There is no
 * `*` and no `escalate`. What it gives to teams it must hold itself, which is Kubernetes' own check, and why it may
 * promote. A deletion waits by `list` and `watch`: without them the provider hangs.
 */
const CLUSTER_RULES: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["namespaces"], verbs: OWN },
  {
    apiGroups: ["kargo.akuity.io"],
    resources: [
      "clusterconfigs",
      "clusterpromotiontasks",
      "projectconfigs",
      "projects",
      "stages",
      "warehouses",
    ],
    verbs: OWN,
  },
  { apiGroups: ["argoproj.io"], resources: ["clusterworkflowtemplates"], verbs: OWN },
  { apiGroups: [RBAC_GROUP], resources: ["rolebindings", "roles"], verbs: OWN },
  { apiGroups: [RBAC_GROUP], resources: ["clusterrolebindings"], verbs: [...READ, "create"] },
  {
    apiGroups: [RBAC_GROUP],
    resources: ["clusterrolebindings"],
    resourceNames: [KARGO_USERS_BINDING],
    verbs: CHANGE,
  },
  { apiGroups: [RBAC_GROUP], resources: ["clusterroles"], resourceNames: [KARGO_USER], verbs: ["bind"] },
  bindRoles(Object.keys(SERVICE_ROLES)),
  // From here on: what it hands to teams and approvers.
  { apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["promote"] },
  { apiGroups: ["kargo.akuity.io"], resources: ["promotions"], verbs: [...READ, "create", "patch"] },
  { apiGroups: ["kargo.akuity.io"], resources: ["freights", "promotiontasks"], verbs: READ },
  { apiGroups: ["kargo.akuity.io"], resources: ["freights/status"], verbs: ["get", "patch"] },
  { apiGroups: ["argoproj.io"], resources: ["analysisruns"], verbs: READ },
  { apiGroups: [""], resources: ["events"], verbs: READ },
];

/** What it needs in one namespace only. It lists and makes Secrets in the namespace of the webhooks, where all are its own. */
const NAMESPACE_RULES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [TEAMS_NAMESPACE]: [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: OWN }],
  [SHARED_NAMESPACE]: [fillSecrets(CREDENTIAL_NAMES)],
  [ARGOCD_NAMESPACE]: [
    { apiGroups: ["argoproj.io"], resources: ["applications", "appprojects"], verbs: OWN },
  ],
  [SYSTEM_NAMESPACE]: [fillSecrets([RECEIVER])],
  [EVENTS_NAMESPACE]: [
    { apiGroups: ["argoproj.io"], resources: ["eventbus", "eventsources", "sensors"], verbs: OWN },
    { apiGroups: [""], resources: ["secrets"], verbs: OWN },
    { apiGroups: [""], resources: ["serviceaccounts"], verbs: OWN },
    { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: OWN },
    { apiGroups: ["gateway.networking.k8s.io"], resources: ["httproutes"], verbs: OWN },
    ...ELECT_LEADER,
    bindRoles([SENSOR_ACCOUNT]),
  ],
};

/**
 * What an administrator applies before the first `up`, and again where a new team or a change of the stack asks for it: the
 * guards, the rights of the identity that deploys, the namespaces that it works in, and each team's build namespace with
 * the identities of its builds.
 *
 * @param username as the API server sees it, for example `system:serviceaccount:ci:pulumi`
 * @param teams of the catalogue, each of which gets a build namespace
 * @param platform whose guards these are; nothing where another stack owns what the cluster shares
 */
export function deployerObjects(
  username: string,
  teams: readonly string[],
  platform: PlatformPlan | undefined,
): readonly KubernetesObject[] {
  return [
    ...(platform ? guards(platform).flatMap(({ policy, binding }) => [policy, binding]) : []),
    ...[TEAMS_NAMESPACE, EVENTS_NAMESPACE].map(namespace),
    ...teams.flatMap(buildIdentity),
    ...secretsToFill(teams).map(({ namespace, name }) => emptySecret(namespace, name)),
    ...rights(NAME, username, CLUSTER_RULES, rulesByNamespace(teams)),
  ];
}

/**
 * What the deployer must hold to bring a stack up, by namespace. What it must hold in the whole cluster is part of each.
 *
 * @param teams whose build namespaces the stack works in; nothing where another stack owns what the cluster shares
 */
export function neededRules(
  teams: readonly string[] | undefined,
): ReadonlyMap<string, readonly PolicyRule[]> {
  const shared = rulesByNamespace(teams ?? []).filter(([name]) => teams || name === ARGOCD_NAMESPACE);
  return new Map(shared.map(([name, rules]) => [name, [...CLUSTER_RULES, ...rules]]));
}

/**
 * The rights of an identity that previews and looks for drift: it may read what the deployer may, and change nothing. A
 * preview asks the API server for dry runs, which take the right to write; where it is refused one, the provider works the
 * difference out by itself.
 *
 * @param username and teams as for {@link deployerObjects}, whose namespaces must be there
 */
export function previewerObjects(username: string, teams: readonly string[]): readonly KubernetesObject[] {
  const namespaced = rulesByNamespace(teams).map(([name, rules]) => [name, readOnly(rules)] as const);
  return rights("kargo-fleet-previewer", username, readOnly(CLUSTER_RULES), namespaced);
}

function emptySecret(namespace: string, name: string): KubernetesObject & { readonly type: "Opaque" } {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { ...MANAGED_BY } },
    type: "Opaque",
  };
}

function readOnly(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  return rules
    .map((rule) => {
      // A read of a Secret names it: only a deletion lists them.
      const read: readonly string[] = rule.resources.includes("secrets") ? ["get"] : READ;
      return { ...rule, verbs: rule.verbs.filter((verb) => read.includes(verb)) };
    })
    .filter(({ verbs }) => verbs.length > 0);
}

type RulesOf = readonly [namespace: string, rules: readonly PolicyRule[]];

function rulesByNamespace(teams: readonly string[]): readonly RulesOf[] {
  const builds = teams.map((team): RulesOf => [buildNamespace(team), DEPLOY_BUILDS]);
  return [...Object.entries(NAMESPACE_RULES), ...builds];
}

function rights(
  name: string,
  username: string,
  rules: readonly PolicyRule[],
  namespaced: readonly RulesOf[],
): readonly KubernetesObject[] {
  const labels = { ...MANAGED_BY };
  const subjects = [{ kind: "User", name: username, apiGroup: RBAC_GROUP }] as const;
  const clusterRole: ClusterRole = {
    apiVersion: RBAC_API,
    kind: "ClusterRole",
    metadata: { name, labels },
    rules,
  };
  const clusterBinding: RoleBinding = {
    apiVersion: RBAC_API,
    kind: "ClusterRoleBinding",
    metadata: { name, labels },
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name },
    subjects,
  };
  const inNamespaces = namespaced.flatMap(([namespace, own]): (Role | RoleBinding)[] => [
    { apiVersion: RBAC_API, kind: "Role", metadata: { name, namespace, labels }, rules: own },
    {
      apiVersion: RBAC_API,
      kind: "RoleBinding",
      metadata: { name, namespace, labels },
      roleRef: { apiGroup: RBAC_GROUP, kind: "Role", name },
      subjects,
    },
  ]);
  return [clusterRole, clusterBinding, ...inNamespaces];
}

function namespace(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { ...MANAGED_BY } } };
}
