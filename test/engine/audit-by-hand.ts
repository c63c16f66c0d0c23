import assert from "node:assert/strict";
import type { Cluster } from "../../fleet/cluster.ts";
import { RBAC } from "./access-world.ts";
import { auditOf } from "./audit-report.ts";
import { type ByHand, bound, boundTo, deleteObject, group, make, unmake } from "./by-hand.ts";
import type { Ended } from "./commands.ts";
import type { FleetStack } from "./fleet-stack.ts";

/** What the audit reports of rights that somebody gave and took by hand. */
export function describeByHand(stackOf: () => FleetStack, adminOf: () => Cluster): void {
  describe("after somebody changed rights by hand", () => {
    const { audit, report } = auditOf(stackOf);
    let admin: Cluster;
    let said: Ended;
    let found: Awaited<ReturnType<typeof report>>;
    let approvers: ByHand = [];
    const byHand: ByHand = [
      ...bound(group("AD-Edge"), "kargo-auth", [
        {
          apiGroups: ["kargo.akuity.io"],
          resources: ["stages"],
          verbs: ["promote"],
          resourceNames: ["prod"],
        },
      ]),
      ...boundTo("edit", group("AD-Identity"), "kargo-nginx"),
      {
        path: "/api/v1/namespaces/kargo-nginx/serviceaccounts",
        body: { metadata: { name: "kargo-promoter" } },
      },
    ];

    before(async () => {
      admin = adminOf();
      await make(admin, byHand);
      approvers = await deleteObject(
        admin,
        `${RBAC}/namespaces/kargo-auth/rolebindings`,
        "kargo-fleet-approvers",
      );
      said = await audit();
      found = await report();
    });
    after(async () => {
      await unmake(admin, byHand);
      await make(admin, approvers);
    });

    it("exits with code 2", () => {
      assert.deepEqual([said.code, found.code, found.right], [2, 2, false]);
    });

    it("names the subject, the right, the namespace and the binding", () => {
      assert.match(
        said.stdout,
        /kargo-auth {2}group AD-Edge, may promote stages\.kargo\.akuity\.io\/prod\n +RoleBinding kargo-auth\/by-hand to Role by-hand/,
      );
    });

    it("marks the cells of subjects with too many or too few rights", () => {
      const wrong = Object.entries(found.matrix).flatMap(([row, cells]) =>
        Object.entries(cells).flatMap(([namespace, cell]) =>
          cell === "wrong" ? [`${row} ${namespace}`] : [],
        ),
      );
      assert.deepEqual(wrong.sort(), [
        "approvers-edge kargo-auth",
        "approvers-identity kargo-auth",
        "team-edge kargo-auth",
        "team-identity kargo-nginx",
      ]);
    });

    it("reports that a Stage can no longer be approved", () => {
      assert.ok(said.stdout.includes("RoleBinding kargo-auth/kargo-fleet-approvers is missing"));
    });
  });
}
