import { RBAC } from "../access-world.ts";
import { account, bound, boundEverywhere, boundTo, group } from "../by-hand.ts";
import { adds, changes, type Rule, rule, type Sabotage, user } from "./sabotage.ts";

/** A subject outside the plan, with its name in findings. */
type Stranger = readonly [subject: object, name: string];

const jane: Stranger = [user("jane"), "user jane"];
const named = (name: string): Stranger => [group(name), `group ${name}`];
const accountOf = (namespace: string, name: string): Stranger => [
  account(namespace, name),
  `ServiceAccount ${namespace}/${name}`,
];
const edge = named("AD-Edge");
const others = named("AD-Other");
const robot = accountOf("default", "robot");
const SECRETS = rule("", "secrets", "get");

/** Grants a right in one namespace. */
function right(namespace: string, [subject, who]: Stranger, given: Rule): Sabotage {
  return {
    name: `${who} may ${rightOf(given)} in ${namespace}`,
    change: adds(bound(subject, namespace, [given])),
    found: `${namespace}  ${who}, may ${rightOf(given)}`,
  };
}

/** Grants a right in the whole cluster. */
function everywhere([subject, who]: Stranger, given: Rule): Sabotage {
  return {
    name: `${who} may ${rightOf(given)} in the whole cluster`,
    change: adds(boundEverywhere(subject, [given])),
    found: `every namespace  ${who}, may ${rightOf(given)}`,
  };
}

/** A right as findings name it: `promote stages.kargo.akuity.io/prod`. */
function rightOf({ apiGroups: [apiGroup], resources, verbs, resourceNames = [] }: Rule): string {
  const kind = apiGroup === "" ? `${resources}` : `${resources}.${apiGroup}`;
  return `${verbs} ${[kind, ...resourceNames].join("/")}`;
}

/** Rights that the plan gives nobody. */
export const RIGHTS: readonly Sabotage[] = [
  right("builds-edge", others, SECRETS),
  right("builds-edge", robot, rule("argoproj.io", "workflows", "create")),
  right("builds-identity", edge, rule("", "pods", "list")),
  right("kargo-fleet-events", jane, SECRETS),
  right("kargo-fleet-events", robot, rule("argoproj.io", "sensors", "patch")),
  right("kargo-fleet-teams", jane, rule("", "serviceaccounts", "impersonate")),
  right("kargo-system-resources", jane, SECRETS),
  right("kargo-shared-resources", others, rule("", "secrets", "list")),
  right("kargo", robot, rule("", "serviceaccounts/token", "create")),
  right("argocd", jane, rule("argoproj.io", "appprojects", "update")),
  right("argocd", others, rule("argoproj.io", "applications", "patch", "nginx-prod")),
  right("kargo-auth", edge, rule("kargo.akuity.io", "stages", "promote", "prod")),
  right("kargo-auth", jane, rule("kargo.akuity.io", "promotions/status", "patch")),
  right("kargo-nginx", named("system:authenticated"), rule("kargo.akuity.io", "*", "*")),
  right(
    "kargo-nginx",
    [user("system:serviceaccount:default:robot"), "ServiceAccount default/robot"],
    rule("example.com", "widgets", "paint"),
  ),
  right(
    "kargo-nginx",
    accountOf("kargo-auth", "kargo-admin"),
    rule("", "serviceaccounts/token", "create", "kargo-promoter"),
  ),
  everywhere(jane, rule("argoproj.io", "workflows", "create")),
  everywhere(robot, rule("", "users", "impersonate")),
  everywhere(others, rule("*", "*/status", "patch")),
  everywhere(jane, rule("rbac.authorization.k8s.io", "clusterroles", "escalate")),
  everywhere(jane, rule("rbac.authorization.k8s.io", "roles", "bind")),
  everywhere(
    others,
    rule("admissionregistration.k8s.io", "validatingadmissionpolicies", "delete", "kargo-fleet-guard"),
  ),
  everywhere(robot, rule("", "nodes/proxy", "get")),
  everywhere(robot, rule("", "namespaces", "patch", "kargo-nginx")),
  everywhere(accountOf("kube-system", "backdoor"), rule("", "pods/exec", "get")),
  everywhere(accountOf("kargo-auth", "kargo-promoter"), rule("kargo.akuity.io", "stages", "promote")),
  {
    name: "a group has the built-in role edit in a service's namespace",
    change: adds(boundTo("edit", group("AD-Other"), "kargo-nginx")),
    found: "kargo-nginx  group AD-Other, may ",
  },
  {
    name: "a group gets a role that is not there yet",
    change: adds(boundTo("tomorrow", group("AD-Other"), "builds-edge")),
    found: "builds-edge  group AD-Other, will get the rights of its missing role",
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
      ...boundTo("aggregating", group("AD-Other"), "kargo-system-resources"),
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
