import assert from "node:assert/strict";
import type { Cluster, ClusterAnswer, Identity } from "../../fleet/cluster.ts";
import { DRY, KARGO, unbound } from "./access-world.ts";

/** Which requests on the objects of a Kargo Project the guard lets through, for each identity. */
export function describeGuard(adminOf: () => Cluster): void {
  describe("the guard, for identities with all RBAC rights", () => {
    let admin: Cluster;
    before(() => {
      admin = adminOf();
    });

    const stages = `${KARGO}/namespaces/kargo-auth/stages`;
    const attempts: Readonly<Record<string, (as: Identity) => Promise<ClusterAnswer>>> = {
      "change a spec": (as) =>
        admin.send({ method: "PATCH", path: `${stages}/dev?${DRY}`, body: { spec: { shard: "x" } }, as }),
      "change a label": (as) => onMetadata(as, { labels: { x: "y" } }),
      "change an owner": (as) =>
        onMetadata(as, {
          ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "0" }],
        }),
      "change a finalizer": (as) => onMetadata(as, { finalizers: ["example.com/mine"] }),
      "change a description": (as) => onMetadata(as, { annotations: { "kargo.akuity.io/description": "x" } }),
      "take a description away": (as) =>
        onMetadata(as, { annotations: { "kargo.akuity.io/description": null } }),
      refresh: (as) => onMetadata(as, { annotations: { "kargo.akuity.io/refresh": "now" } }),
      reverify: (as) => onMetadata(as, { annotations: { "kargo.akuity.io/reverify": "x" } }),
      abort: (as) => onMetadata(as, { annotations: { "kargo.akuity.io/abort": "x" } }),
      create: (as) =>
        admin.send({
          method: "POST",
          path: `${stages}?${DRY}`,
          body: {
            apiVersion: "kargo.akuity.io/v1alpha1",
            kind: "Stage",
            metadata: { name: "x" },
            spec: SPEC,
          },
          as,
        }),
      "create with an owner of its own": (as) =>
        admin.send({
          method: "POST",
          path: `${stages}?${DRY}`,
          body: {
            apiVersion: "kargo.akuity.io/v1alpha1",
            kind: "Stage",
            metadata: {
              name: "x",
              ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: "x", uid: "0" }],
            },
            spec: SPEC,
          },
          as,
        }),
      delete: (as) => admin.send({ method: "DELETE", path: `${stages}/dev?${DRY}`, as }),
      "write a Stage's status": (as) =>
        admin.send({ method: "PATCH", path: `${stages}/dev/status?${DRY}`, body: { status: {} }, as }),
      "write a Promotion's status": (as) =>
        admin.send({
          method: "PATCH",
          path: `${KARGO}/namespaces/kargo-auth/promotions/prod.old/status?${DRY}`,
          body: { status: { phase: "Pending" } },
          as,
        }),
    };
    const SPEC = {
      requestedFreight: [{ origin: { kind: "Warehouse", name: "auth" }, sources: { direct: true } }],
    };

    function onMetadata(as: Identity, metadata: object): Promise<ClusterAnswer> {
      return admin.send({ method: "PATCH", path: `${stages}/dev?${DRY}`, body: { metadata }, as });
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
          const ask = (length: number) =>
            admin.send({
              method: "PATCH",
              path: `${path}?${DRY}`,
              body: { metadata: { annotations: { [`kargo.akuity.io/${what}`]: "x".repeat(length) } } },
              as: unbound("somebody", "AD-Identity"),
            });
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
          const { status, body } = await attempt(identity);
          const verdict = may.includes(what) ? "let through" : "refused";
          assert.equal(status < 300 ? "let through" : "refused", verdict, `${what}: ${JSON.stringify(body)}`);
          if (verdict === "refused")
            assert.match(JSON.stringify(body), /ValidatingAdmissionPolicy 'kargo-fleet-/);
        }
      });
    }
  });
}
