import { RBAC } from "../access-world.ts";
import { account } from "../by-hand.ts";
import { changes, deletes, rule, type Sabotage, user } from "./sabotage.ts";

const JANE = user("jane");
const ROBOT = account("default", "robot");
const roles = (namespace: string) => `${RBAC}/namespaces/${namespace}/roles`;
const bindings = (namespace: string) => `${RBAC}/namespaces/${namespace}/rolebindings`;
const WIDE = { rules: [rule("", "secrets", "get")] };

/** Changes that widen our Roles or bind them to others. */
export const ROLES: readonly Sabotage[] = [
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
