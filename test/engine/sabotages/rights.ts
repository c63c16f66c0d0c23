import { RBAC } from "../access-world.ts";
import { account, bound, boundEverywhere, boundTo, group } from "../by-hand.ts";
import { adds, changes, type Rule, rule, type Sabotage, user } from "./sabotage.ts";

const JANE = user("jane");
const OTHERS = group("AD-Other");
const ROBOT = account("default", "robot");
const SECRETS = rule("", "secrets", "get");

/** Grants a right in one namespace to a subject outside the plan. */
function right(
  namespace: string,
  [subject, who]: readonly [object, string],
  given: Rule,
  what: string,
): Sabotage {
  return {
    name: `${who} may ${what} in ${namespace}`,
    change: adds(bound(subject, namespace, [given])),
    found: `${namespace}  ${who}, may ${what}`,
  };
}

/** Grants a right in the whole cluster. */
function everywhere([subject, who]: readonly [object, string], given: Rule, what: string): Sabotage {
  return {
    name: `${who} may ${what} in the whole cluster`,
    change: adds(boundEverywhere(subject, [given])),
    found: `every namespace  ${who}, may ${what}`,
  };
}

const jane = [JANE, "user jane"] as const;
const others = [OTHERS, "group AD-Other"] as const;
const robot = [ROBOT, "ServiceAccount default/robot"] as const;

/** Rights that the plan gives nobody. */
export const RIGHTS: readonly Sabotage[] = [
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
