import type { Cluster } from "../../fleet/cluster.ts";
import { made, RBAC, unbound } from "./access-world.ts";
import { account, type ByHand, bound, boundEverywhere, boundTo, group, make, remove } from "./by-hand.ts";

/** What somebody does to a cluster. @returns what takes it back */
type Change = (admin: Cluster) => Promise<() => Promise<unknown>>;

/** One way of giving somebody a right that the list does not, or of weakening what holds others back. */
export interface Sabotage {
  readonly name: string;
  readonly change: Change;
  /** How the finding begins: `where  who  what`. */
  readonly found: string;
}

const ADMISSION = "/apis/admissionregistration.k8s.io/v1";
const ARGO_CD = "/apis/argoproj.io/v1alpha1/namespaces/argocd";
const KARGO = "/apis/kargo.akuity.io/v1alpha1";
/** Past the guard, as somebody who once got through it. */
const as = unbound("somebody", "break-glass");

function adds(objects: ByHand): Change {
  return async (admin) => {
    await make(admin, objects);
    return () => remove(admin, objects);
  };
}

type Fields = Record<string, unknown>;

/** Changes fields of an object that is there; `null` takes one away. */
function changes(path: string, fields: object): Change {
  return async (admin) => {
    const before = (await made(admin, { method: "GET", path })).body as Fields;
    await made(admin, { method: "PATCH", path, body: fields, as });
    const body = inverse(fields as Fields, before);
    return () => made(admin, { method: "PATCH", path, body, as });
  };
}

function inverse(fields: Fields, before: Fields): Fields {
  const isObject = (value: unknown): value is Fields =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const back = Object.entries(fields).map(([key, value]) => {
    const old = before[key];
    return [key, isObject(value) && isObject(old) ? inverse(value, old) : (old ?? null)];
  });
  return Object.fromEntries(back);
}

function deletes(path: string): Change {
  return async (admin) => {
    const { body } = await made(admin, { method: "GET", path });
    const { metadata, ...content } = body as { metadata: Fields };
    const { name, labels, annotations } = metadata;
    await made(admin, { method: "DELETE", path, as });
    const again = { ...content, metadata: { name, labels, annotations } };
    return () => made(admin, { method: "POST", path: path.slice(0, path.lastIndexOf("/")), body: again, as });
  };
}

const rule = (apiGroup: string, resource: string, verb: string, ...resourceNames: string[]) => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs: [verb],
  ...(resourceNames.length > 0 && { resourceNames }),
});
const user = (name: string) => ({ kind: "User", name, apiGroup: "rbac.authorization.k8s.io" });
const JANE = user("jane");
const OTHERS = group("AD-Other");
const ROBOT = account("default", "robot");
const SECRETS = rule("", "secrets", "get");

/** A right in one namespace, of somebody whom the plan does not give it. */
function right(
  namespace: string,
  [subject, who]: readonly [object, string],
  given: ReturnType<typeof rule>,
  what: string,
): Sabotage {
  return {
    name: `${who} may ${what} in ${namespace}`,
    change: adds(bound(subject, namespace, [given])),
    found: `${namespace}  ${who}, may ${what}`,
  };
}

/** A right in the whole cluster. */
function everywhere(
  [subject, who]: readonly [object, string],
  given: ReturnType<typeof rule>,
  what: string,
): Sabotage {
  return {
    name: `${who} may ${what} in the whole cluster`,
    change: adds(boundEverywhere(subject, [given])),
    found: `every namespace  ${who}, may ${what}`,
  };
}

const jane = [JANE, "user jane"] as const;
const others = [OTHERS, "group AD-Other"] as const;
const robot = [ROBOT, "ServiceAccount default/robot"] as const;

const RIGHTS: readonly Sabotage[] = [
  right("builds-edge", others, SECRETS, "get secrets"),
  right("builds-edge", robot, rule("argoproj.io", "workflows", "create"), "create workflows.argoproj.io"),
  right("builds-identity", [group("AD-Edge"), "group AD-Edge"], rule("", "pods", "list"), "list pods"),
  right("kargo-fleet-events", jane, SECRETS, "get secrets"),
  right("kargo-fleet-events", robot, rule("argoproj.io", "sensors", "patch"), "patch sensors.argoproj.io"),
  right("kargo-fleet-teams", jane, rule("", "serviceaccounts", "impersonate"), "impersonate serviceaccounts"),
  right("kargo-system-resources", jane, SECRETS, "get secrets"),
  right("kargo-shared-resources", others, rule("", "secrets", "list"), "list secrets"),
  right("kargo", robot, rule("", "serviceaccounts/token", "create"), "create serviceaccounts/token"),
  right("argocd", jane, rule("argoproj.io", "appprojects", "update"), "update appprojects.argoproj.io"),
  right(
    "argocd",
    others,
    rule("argoproj.io", "applications", "patch", "nginx-prod"),
    "patch applications.argoproj.io/nginx-prod",
  ),
  right(
    "kargo-auth",
    [group("AD-Edge"), "group AD-Edge"],
    rule("kargo.akuity.io", "stages", "promote", "prod"),
    "promote stages.kargo.akuity.io/prod",
  ),
  right(
    "kargo-auth",
    jane,
    rule("kargo.akuity.io", "promotions/status", "patch"),
    "patch promotions/status.kargo.akuity.io",
  ),
  right(
    "kargo-nginx",
    [group("system:authenticated"), "group system:authenticated"],
    rule("kargo.akuity.io", "*", "*"),
    "* *.kargo.akuity.io",
  ),
  right(
    "kargo-nginx",
    [user("system:serviceaccount:default:robot"), "ServiceAccount default/robot"],
    rule("example.com", "widgets", "paint"),
    "paint widgets.example.com",
  ),
  right(
    "kargo-nginx",
    [account("kargo-auth", "kargo-admin"), "ServiceAccount kargo-auth/kargo-admin"],
    rule("", "serviceaccounts/token", "create", "kargo-promoter"),
    "create serviceaccounts/token/kargo-promoter",
  ),
  everywhere(jane, rule("argoproj.io", "workflows", "create"), "create workflows.argoproj.io"),
  everywhere(robot, rule("", "users", "impersonate"), "impersonate users"),
  everywhere(others, rule("*", "*/status", "patch"), "patch */status.*"),
  everywhere(
    jane,
    rule("rbac.authorization.k8s.io", "clusterroles", "escalate"),
    "escalate clusterroles.rbac.authorization.k8s.io",
  ),
  everywhere(
    jane,
    rule("rbac.authorization.k8s.io", "roles", "bind"),
    "bind roles.rbac.authorization.k8s.io",
  ),
  everywhere(
    others,
    rule("admissionregistration.k8s.io", "validatingadmissionpolicies", "delete", "kargo-fleet-guard"),
    "delete validatingadmissionpolicies.admissionregistration.k8s.io/kargo-fleet-guard",
  ),
  everywhere(robot, rule("", "nodes/proxy", "get"), "get nodes/proxy"),
  everywhere(robot, rule("", "namespaces", "patch", "kargo-nginx"), "patch namespaces/kargo-nginx"),
  everywhere(
    [account("kube-system", "backdoor"), "ServiceAccount kube-system/backdoor"],
    rule("", "pods/exec", "get"),
    "get pods/exec",
  ),
  everywhere(
    [account("kargo-auth", "kargo-promoter"), "ServiceAccount kargo-auth/kargo-promoter"],
    rule("kargo.akuity.io", "stages", "promote"),
    "promote stages.kargo.akuity.io",
  ),
  {
    name: "a group has the built-in role edit in a service's namespace",
    change: adds(boundTo("edit", OTHERS, "kargo-nginx")),
    found: "kargo-nginx  group AD-Other, may ",
  },
  {
    name: "a group gets a role that is not there yet",
    change: adds(boundTo("tomorrow", OTHERS, "builds-edge")),
    found: "builds-edge  group AD-Other, will have what its role will grant",
  },
  {
    name: "a role that somebody has aggregates another one",
    change: adds([
      {
        path: `${RBAC}/clusterroles`,
        body: {
          metadata: { name: "aggregating" },
          aggregationRule: { clusterRoleSelectors: [{ matchLabels: { aggregated: "yes" } }] },
          rules: [],
        },
      },
      {
        path: `${RBAC}/clusterroles`,
        body: { metadata: { name: "aggregated", labels: { aggregated: "yes" } }, rules: [SECRETS] },
      },
      ...boundTo("aggregating", OTHERS, "kargo-system-resources"),
    ]),
    found: "kargo-system-resources  group AD-Other, may get secrets",
  },
  {
    name: "Kargo's role of whoever may log in is widened",
    change: changes(`${RBAC}/clusterroles/kargo-user`, {
      rules: [rule("kargo.akuity.io", "stages", "promote")],
    }),
    found: "every namespace  ServiceAccount kargo-fleet-teams/team-edge, may promote stages.kargo.akuity.io",
  },
  {
    name: "people act as a ServiceAccount that Kargo made",
    change: adds([
      {
        path: "/api/v1/namespaces/kargo-auth/serviceaccounts",
        body: {
          metadata: {
            name: "kargo-promoter",
            annotations: { "rbac.kargo.akuity.io/claims": '{"groups":["AD-Other"]}' },
          },
        },
      },
      ...bound(
        account("kargo-auth", "kargo-promoter"),
        "kargo-auth",
        [rule("kargo.akuity.io", "stages", "promote")],
        "kargo-promoter",
      ),
    ]),
    found: "kargo-auth  ServiceAccount kargo-auth/kargo-promoter, may promote stages.kargo.akuity.io",
  },
];

const guardPolicy = `${ADMISSION}/validatingadmissionpolicies/kargo-fleet-guard`;
const guardBinding = `${ADMISSION}/validatingadmissionpolicybindings/kargo-fleet-guard`;
const POLICY = "the cluster  ValidatingAdmissionPolicy kargo-fleet-guard differs";
const BINDING = "the cluster  ValidatingAdmissionPolicyBinding kargo-fleet-guard differs";
const excluded = [
  { apiGroups: ["kargo.akuity.io"], apiVersions: ["*"], resources: ["stages"], operations: ["UPDATE"] },
];
const narrowed = {
  namespaceSelector: {
    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kargo-nginx"] }],
  },
};

const GUARDS: readonly Sabotage[] = [
  {
    name: "the guard is deleted",
    change: deletes(guardPolicy),
    found: POLICY.replace("differs", "is missing"),
  },
  {
    name: "the guard's binding is deleted",
    change: deletes(guardBinding),
    found: BINDING.replace("differs", "is missing"),
  },
  {
    name: "the guard lets everything through",
    change: changes(guardPolicy, { spec: { validations: [{ expression: "true" }] } }),
    found: POLICY,
  },
  {
    name: "the guard lets through what it cannot judge",
    change: changes(guardPolicy, { spec: { failurePolicy: "Ignore" } }),
    found: POLICY,
  },
  {
    name: "the guard holds under a condition",
    change: changes(guardPolicy, {
      spec: { matchConditions: [{ name: "x", expression: "request.userInfo.username != 'jane'" }] },
    }),
    found: POLICY,
  },
  {
    name: "the guard leaves out a kind",
    change: changes(guardPolicy, { spec: { matchConstraints: { excludeResourceRules: excluded } } }),
    found: POLICY,
  },
  {
    name: "the guard leaves out a namespace",
    change: changes(guardPolicy, { spec: { matchConstraints: narrowed } }),
    found: POLICY,
  },
  {
    name: "the guard only audits",
    change: changes(guardBinding, { spec: { validationActions: ["Audit"] } }),
    found: BINDING,
  },
  {
    name: "the guard's binding leaves out a namespace",
    change: changes(guardBinding, { spec: { matchResources: narrowed } }),
    found: BINDING,
  },
  {
    name: "the guard's binding leaves out objects with a label",
    change: changes(guardBinding, {
      spec: {
        matchResources: { objectSelector: { matchExpressions: [{ key: "free", operator: "DoesNotExist" }] } },
      },
    }),
    found: BINDING,
  },
  {
    name: "the guard's binding leaves out a kind",
    change: changes(guardBinding, { spec: { matchResources: { excludeResourceRules: excluded } } }),
    found: BINDING,
  },
  ...["kargo-fleet-status", "kargo-fleet-approval", "kargo-fleet-build-jobs"].map((name) => ({
    name: `${name} only warns`,
    change: changes(`${ADMISSION}/validatingadmissionpolicybindings/${name}`, {
      spec: { validationActions: ["Warn"] },
    }),
    found: `the cluster  ValidatingAdmissionPolicyBinding ${name} differs`,
  })),
  {
    name: "a service's namespace is no project's any more, so that the guard does not hold in it",
    change: changes("/api/v1/namespaces/kargo-nginx", {
      metadata: { labels: { "kargo.akuity.io/project": null } },
    }),
    found: "kargo-nginx  Namespace kargo-nginx differs",
  },
  {
    name: "a build namespace takes privileged pods",
    change: changes("/api/v1/namespaces/builds-edge", {
      metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    }),
    found: "builds-edge  Namespace builds-edge differs",
  },
];

const roles = (namespace: string) => `${RBAC}/namespaces/${namespace}/roles`;
const bindings = (namespace: string) => `${RBAC}/namespaces/${namespace}/rolebindings`;
const WIDE = { rules: [rule("", "secrets", "get")] };

const ROLES: readonly Sabotage[] = [
  {
    name: "a team's Role is widened",
    change: changes(`${roles("kargo-nginx")}/kargo-fleet-team`, WIDE),
    found:
      "kargo-nginx  group AD-Edge, ServiceAccount kargo-fleet-teams/team-edge, Role kargo-nginx/kargo-fleet-team differs",
  },
  {
    name: "a Sensor's Role is widened",
    change: changes(`${roles("builds-edge")}/kargo-fleet-sensor`, WIDE),
    found:
      "builds-edge  ServiceAccount kargo-fleet-events/kargo-fleet-sensor, Role builds-edge/kargo-fleet-sensor differs",
  },
  {
    name: "the Role of what starts builds is widened",
    change: changes(`${roles("builds-edge")}/kargo-fleet-launch`, WIDE),
    found:
      "builds-edge  ServiceAccount builds-edge/kargo-fleet-launch, Role builds-edge/kargo-fleet-launch differs",
  },
  {
    name: "the deployer's ClusterRole is widened",
    change: changes(`${RBAC}/clusterroles/kargo-fleet-deployer`, { rules: [rule("*", "*", "*")] }),
    found: "the cluster  user kargo-fleet-deployer, ClusterRole kargo-fleet-deployer differs",
  },
  {
    name: "the deployer's ClusterRole aggregates others",
    change: changes(`${RBAC}/clusterroles/kargo-fleet-deployer`, {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { no: "such" } }] },
    }),
    found: "the cluster  user kargo-fleet-deployer, ClusterRole kargo-fleet-deployer differs",
  },
  {
    name: "somebody is added to the approvers",
    change: changes(`${bindings("kargo-auth")}/kargo-fleet-approvers`, { subjects: [JANE] }),
    found: "kargo-auth  user jane, may ",
  },
  {
    name: "the approvers are no approvers any more",
    change: deletes(`${bindings("kargo-auth")}/kargo-fleet-approvers`),
    found:
      "kargo-auth  group AD-Identity-Release, ServiceAccount kargo-fleet-teams/approvers-identity, RoleBinding kargo-auth/kargo-fleet-approvers is missing",
  },
  {
    name: "somebody is added to whoever starts builds",
    change: changes(`${bindings("builds-edge")}/kargo-fleet-sensor`, { subjects: [ROBOT] }),
    found: "builds-edge  ServiceAccount default/robot, may create workflows.argoproj.io",
  },
  {
    name: "somebody is added to the deployer",
    change: changes(`${RBAC}/clusterrolebindings/kargo-fleet-deployer`, { subjects: [JANE] }),
    found: "every namespace  user jane, may ",
  },
  {
    name: "another group acts as a team",
    change: changes("/api/v1/namespaces/kargo-fleet-teams/serviceaccounts/team-edge", {
      metadata: { annotations: { "rbac.kargo.akuity.io/claims": '{"groups":["AD-Other"]}' } },
    }),
    found: "kargo-fleet-teams  ServiceAccount kargo-fleet-teams/team-edge differs",
  },
  {
    name: "somebody acts as a team by one claim more",
    change: changes("/api/v1/namespaces/kargo-fleet-teams/serviceaccounts/team-edge", {
      metadata: { annotations: { "rbac.kargo.akuity.io/claim.email": "jane@example.com" } },
    }),
    found: "kargo-fleet-teams  ServiceAccount kargo-fleet-teams/team-edge differs",
  },
];

const appProject = (name: string, fields: object): Sabotage => ({
  name,
  change: changes(`${ARGO_CD}/appprojects/nginx`, { spec: fields }),
  found: "argocd  AppProject argocd/nginx differs",
});
const networkPolicies = "/apis/networking.k8s.io/v1/namespaces/builds-edge/networkpolicies";

const GATES: readonly Sabotage[] = [
  appProject("an AppProject takes charts from anywhere", { sourceRepos: ["*"] }),
  appProject("an AppProject deploys anywhere", { destinations: [{ server: "*", namespace: "*" }] }),
  appProject("an AppProject makes any cluster resource", {
    clusterResourceWhitelist: [{ group: "*", kind: "*" }],
  }),
  appProject("an AppProject takes Applications of other namespaces", { sourceNamespaces: ["*"] }),
  appProject("an AppProject has a role for others", {
    roles: [
      { name: "x", policies: ["p, proj:nginx:x, applications, *, nginx/*, allow"], groups: ["AD-Other"] },
    ],
  }),
  {
    name: "an Application is moved to the AppProject default",
    change: changes(`${ARGO_CD}/applications/nginx-prod`, { spec: { project: "default" } }),
    found: "argocd  Application argocd/nginx-prod differs",
  },
  {
    name: "Kargo may sync what waits for a person",
    change: changes(`${ARGO_CD}/applications/nginx-prod`, {
      metadata: { annotations: { "kargo.akuity.io/authorized-stage": "kargo-nginx:prod" } },
    }),
    found: "argocd  Application argocd/nginx-prod differs",
  },
  {
    name: "prod promotes by itself",
    change: changes(`${KARGO}/namespaces/kargo-nginx/projectconfigs/kargo-nginx`, {
      spec: { promotionPolicies: [{ stageSelector: { name: "prod" }, autoPromotionEnabled: true }] },
    }),
    found: "kargo-nginx  ProjectConfig kargo-nginx/kargo-nginx differs",
  },
  {
    name: "prod takes Freight straight from the Warehouse",
    change: changes(`${KARGO}/namespaces/kargo-nginx/stages/prod`, {
      spec: {
        requestedFreight: [{ origin: { kind: "Warehouse", name: "nginx" }, sources: { direct: true } }],
      },
    }),
    found: "kargo-nginx  Stage kargo-nginx/prod differs",
  },
  {
    name: "the NetworkPolicy of what runs a Dockerfile is opened",
    change: changes(`${networkPolicies}/kargo-fleet-build`, { spec: { egress: [{}] } }),
    found: "builds-edge  NetworkPolicy builds-edge/kargo-fleet-build differs",
  },
  {
    name: "the NetworkPolicy that closes builds is deleted",
    change: deletes(`${networkPolicies}/kargo-fleet-builds`),
    found: "builds-edge  NetworkPolicy builds-edge/kargo-fleet-builds is missing",
  },
  {
    name: "another NetworkPolicy opens what ours close",
    change: adds([
      {
        path: networkPolicies,
        body: {
          metadata: { name: "open" },
          spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{}] },
        },
      },
    ]),
    found: "builds-edge  NetworkPolicy builds-edge/open is not the program's",
  },
];

/** Every sabotage that an audit must name. */
export const SABOTAGES: readonly Sabotage[] = [...RIGHTS, ...GUARDS, ...ROLES, ...GATES];
