import assert from "node:assert/strict";
import type { Cluster, ClusterRequest } from "../../fleet/cluster.ts";
import { KARGO, unbound } from "./access-world.ts";
import { dry, patch, post, remove } from "./requests.ts";

/** Which requests on the objects of a Kargo Project the guard lets through, for each identity. */
export function describeGuard(adminOf: () => Cluster): void {
  describe("the guard, for identities with all RBAC rights", () => {
    let admin: Cluster;
    before(() => {
      admin = adminOf();
    });

    const stages = `${KARGO}/namespaces/kargo-auth/stages`;
    const owned = { ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "0" }] };
    const annotated = (key: string, value: string | null) =>
      onMetadata({ annotations: { [`kargo.akuity.io/${key}`]: value } });
    const attempts: Readonly<Record<string, ClusterRequest>> = {
      "change a spec": patch(`${stages}/dev`, { spec: { shard: "x" } }),
      "change a label": onMetadata({ labels: { x: "y" } }),
      "change an owner": onMetadata(owned),
      "change a finalizer": onMetadata({ finalizers: ["example.com/mine"] }),
      "change a description": annotated("description", "x"),
      "take a description away": annotated("description", null),
      refresh: annotated("refresh", "now"),
      reverify: annotated("reverify", "x"),
      abort: annotated("abort", "x"),
      create: creation(),
      "create with an owner of its own": creation(owned),
      delete: remove(`${stages}/dev`),
      "write a Stage's status": patch(`${stages}/dev/status`, { status: {} }),
      "write a Promotion's status": patch(`${KARGO}/namespaces/kargo-auth/promotions/prod.old/status`, {
        status: { phase: "Pending" },
      }),
    };

    function onMetadata(metadata: object): ClusterRequest {
      return patch(`${stages}/dev`, { metadata });
    }

    function creation(metadata: object = {}): ClusterRequest {
      const origin = { kind: "Warehouse", name: "auth" };
      return post(stages, {
        apiVersion: "kargo.akuity.io/v1alpha1",
        kind: "Stage",
        metadata: { name: "x", ...metadata },
        spec: { requestedFreight: [{ origin, sources: { direct: true } }] },
      });
    }

    const everything = Object.keys(attempts);
    const asking = ["refresh", "reverify", "abort"];
    const kargo = (name: string) => unbound(`system:serviceaccount:kargo:${name}`);
    const written = ["write a Stage's status", "write a Promotion's status"];
    const updates = everything.filter((what) => !what.startsWith("create"));
    const shaping = updates.filter(
      (what) => !["change an owner", "change a finalizer", ...written].includes(what),
    );

    it("accepts a word, a time or an id in the annotations for Kargo, but no large text", async () => {
      for (const what of asking)
        for (const path of [`${stages}/dev`, `${KARGO}/namespaces/kargo-auth/promotions/prod.old`]) {
          const ask = (length: number) => {
            const annotations = { [`kargo.akuity.io/${what}`]: "x".repeat(length) };
            return admin.send(
              dry(patch(path, { metadata: { annotations } }), unbound("somebody", "AD-Identity")),
            );
          };
          assert.equal((await ask(1_000)).status, 200, path);
          const { status, body } = await ask(100_000);
          assert.equal(status, 403, path);
          assert.match(JSON.stringify(body), /\(refresh, reverify, abort\) has at most 1000 characters\./);
        }
    });

    for (const [who, identity, may] of [
      ["the deployer", unbound("kargo-fleet-deployer"), shaping],
      ["the break-glass group", unbound("somebody", "break-glass"), everything],
      ["an administrator", unbound("somebody"), asking],
      ["a team", unbound("somebody", "AD-Identity"), asking],
      ["Kargo's controller", kargo("kargo-controller"), updates],
      ["one of several controllers of Kargo", kargo("kargo-controller-eu"), updates],
      ["Kargo's management controller", kargo("kargo-management-controller"), updates],
      ["Kargo's API server, which acts for people", kargo("kargo-api"), [...asking, ...written]],
      ["Kargo's server for webhooks", kargo("kargo-external-webhooks-server"), asking],
      [
        "a controller's name in another namespace",
        unbound("system:serviceaccount:kargo-auth:kargo-controller"),
        asking,
      ],
      [
        "Kubernetes' namespace controller",
        unbound("system:serviceaccount:kube-system:namespace-controller"),
        updates.filter((what) => !written.includes(what)),
      ],
    ] as const) {
      it(`allows ${who} exactly the intended requests`, async () => {
        for (const [what, attempt] of Object.entries(attempts)) {
          const { status, body } = await admin.send(dry(attempt, identity));
          const verdict = may.includes(what) ? "let through" : "refused";
          assert.equal(status < 300 ? "let through" : "refused", verdict, `${what}: ${JSON.stringify(body)}`);
          if (verdict === "refused")
            assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-/);
        }
      });
    }
  });
}
