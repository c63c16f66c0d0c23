import type { ClusterRequest } from "../../../fleet/cluster.ts";
import { RBAC } from "../access-world.ts";
import { group } from "../by-hand.ts";
import { patch, remove } from "../requests.ts";
import { binds, create, inside, role } from "./attack.ts";

/** Attacks on who may do what. */
export const ON_ACCESS: Readonly<Record<string, ClusterRequest>> = {
  "give somebody its own ClusterRole": create(`${RBAC}/clusterrolebindings`, "mine", {
    roleRef: role("ClusterRole", "kargo-fleet-deployer"),
    subjects: [group("evil")],
  }),
  "let everybody log in to Kargo": patch(`${RBAC}/clusterrolebindings/kargo-fleet-users`, {
    subjects: [group("system:authenticated")],
  }),
  "bind its own Role": binds("argocd", "mine", role("Role", "kargo-fleet-deployer"), group("evil")),
  "bind a ClusterRole under our name": binds(
    "kargo-nginx",
    "kargo-fleet-team",
    role("ClusterRole", "cluster-admin"),
    group("AD-Edge"),
  ),
  ...Object.fromEntries(
    ["evil", "system:masters", "system:authenticated"].map((name) => [
      `give ${name} a team's Role`,
      patch(inside("kargo-nginx", "rolebindings/kargo-fleet-team", RBAC), { subjects: [group(name)] }),
    ]),
  ),
  "give a team the approvers' binding of another": patch(
    inside("kargo-auth", "rolebindings/kargo-fleet-approvers", RBAC),
    { subjects: [group("AD-Identity")] },
  ),
  "let everybody start builds": patch(inside("builds-edge", "rolebindings/kargo-fleet-sensor", RBAC), {
    subjects: [group("system:authenticated")],
  }),
  "delete a binding of others": remove(
    inside("kube-system", "rolebindings/system:controller:bootstrap-signer", RBAC),
  ),
  "take the Role of the builds' account away": remove(
    inside("builds-edge", "rolebindings/kargo-fleet-launch", RBAC),
  ),
  "widen its own Role": patch(inside("builds-edge", "roles/kargo-fleet-deployer", RBAC), { rules: [] }),
  "widen a team's Role": patch(inside("kargo-nginx", "roles/kargo-fleet-team", RBAC), {
    rules: [{ apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["create"] }],
  }),
  "let a team promote everywhere": patch(inside("kargo-nginx", "roles/kargo-fleet-team", RBAC), {
    rules: [{ apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["promote"] }],
  }),
  "make a Role of its own": create(inside("kargo-nginx", "roles", RBAC), "mine", { rules: [] }),
  "have another group act as a team": patch(inside("kargo-fleet-teams", "serviceaccounts/team-edge"), {
    metadata: { annotations: { "rbac.kargo.akuity.io/claims": '{"groups":["evil"]}' } },
  }),
  "have one person act as a team": patch(inside("kargo-fleet-teams", "serviceaccounts/team-edge"), {
    metadata: { annotations: { "rbac.kargo.akuity.io/claim.email": "evil@example.com" } },
  }),
  "make an account of its own": create(inside("kargo-fleet-teams", "serviceaccounts"), "mine", {}),
};
