import assert from "node:assert/strict";
import type { Cluster, Identity } from "../../fleet/cluster.ts";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { namespaceCells, serviceCells } from "./access-cells.ts";
import { administrator, DRY, KARGO, promoteOnce, sendOrThrow, unbound, withTokenOf } from "./access-world.ts";
import { describeBuildJobs } from "./build-jobs.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { describeGuard } from "./guard-attempts.ts";
import { describeReleases } from "./releases.ts";
import { describeSensorWorkflows } from "./sensor-workflows.ts";

/**
 * nginx belongs to edge, which has no approvers; auth belongs to identity, whose approvers are AD-Identity-Release.
 */
const CATALOGUE = catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) });
const STAGES = ["dev", "staging", "prod"];

/** The rights of everybody of a service in its namespace, written out instead of derived from the manifests. */
const USE = [
  ...["stages", "warehouses", "freights", "promotions", "projectconfigs"].flatMap((kind) => [
    `get ${kind}`,
    `list ${kind}`,
  ]),
  "create promotions",
  "patch promotions",
  "patch stages",
  "patch warehouses",
];

/** The rights of each account: exactly these in its own namespace, none in others. */
const PROMISED: Readonly<Record<string, { readonly namespace: string; readonly may: readonly string[] }>> = {
  "team-edge": {
    namespace: "kargo-nginx",
    may: [...USE, "promote stages/dev", "promote stages/staging"],
  },
  "approvers-edge": {
    namespace: "kargo-nginx",
    may: [...USE, "promote stages/prod", "patch freights (status)"],
  },
  "team-identity": {
    namespace: "kargo-auth",
    may: [...USE, "promote stages/dev", "promote stages/staging"],
  },
  "approvers-identity": {
    namespace: "kargo-auth",
    may: [...USE, "promote stages/prod", "patch freights (status)"],
  },
};

describe("rights on a real API server, checked with real tokens", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let admin: Cluster;

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"]);
    await stack.writeConfig({});
    await stack.writeCatalogue(CATALOGUE);
    const { failed, output } = await stack.up();
    assert.equal(failed, false, output);
    admin = await administrator(stack);
    for (const name of ["nginx", "auth"]) await promoteOnce(admin, `kargo-${name}`, name);
  });

  after(async () => {
    admin?.close();
    await stack?.close();
  });

  /** The allowed cells of the matrix for one service with its Applications. */
  async function allowed(token: Cluster, name: string): Promise<string[]> {
    const plan = planOf(CATALOGUE, stackText()).services.find((each) => each.name === name);
    assert.ok(plan);
    const cells = serviceCells(plan);
    assert.ok(cells.length > namespaceCells(STAGES).length);
    const answers = await Promise.all(
      cells.map(async ({ verb, group, resource, subresource, name: object, namespace }) => {
        const resourceAttributes = {
          ...{ verb, group, resource, namespace: namespace ?? plan.project },
          ...(subresource && { subresource }),
          ...(object && { name: object }),
        };
        const body = {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: { resourceAttributes },
        };
        const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        const { body: review } = await sendOrThrow(token, { method: "POST", path, body });
        const cell = `${verb} ${resource}${object ? `/${object}` : ""}${subresource ? ` (${subresource})` : ""}`;
        return (review as { status: { allowed: boolean } }).status.allowed ? [cell] : [];
      }),
    );
    return answers.flat();
  }

  for (const [account, { namespace, may }] of Object.entries(PROMISED)) {
    it(`${account} can do in ${namespace} exactly what is promised, over the whole matrix`, async () => {
      const token = await withTokenOf(stack, "kargo-fleet-teams", account);
      assert.deepEqual((await allowed(token, namespace.slice(6))).sort(), [...may].sort());
      token.close();
    });

    it(`${account} can do nothing in the other team's namespace, over the whole matrix`, async () => {
      const token = await withTokenOf(stack, "kargo-fleet-teams", account);
      assert.deepEqual(await allowed(token, namespace === "kargo-nginx" ? "auth" : "nginx"), []);
      token.close();
    });
  }

  describe("a team's own requests", () => {
    let token: Cluster;
    const base = `${KARGO}/namespaces/kargo-auth`;
    const patch = (path: string, body: object) =>
      token.send({ method: "PATCH", path: `${path}?${DRY}`, body });
    const promotion = {
      apiVersion: "kargo.akuity.io/v1alpha1",
      kind: "Promotion",
      metadata: { name: "dev.new" },
      spec: { stage: "dev", freight: "abc", steps: [{ uses: "git-clone" }] },
    };

    before(async () => {
      token = await withTokenOf(stack, "kargo-fleet-teams", "team-identity");
    });
    after(() => token?.close());

    it("list its Stages, start a Promotion and refresh a Stage", async () => {
      const answers = [
        await token.send({ method: "GET", path: `${base}/stages` }),
        await token.send({ method: "POST", path: `${base}/promotions?${DRY}`, body: promotion }),
        await patch(`${base}/stages/prod`, {
          metadata: { annotations: { "kargo.akuity.io/refresh": "now" } },
        }),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 201, 200],
      );
    });

    it("cannot change a Stage, read a Secret, write a status or approve Freight", async () => {
      const answers = [
        await patch(`${base}/stages/dev`, { spec: { shard: "mine" } }),
        await patch(`${base}/projectconfigs/kargo-auth`, { spec: {} }),
        await token.send({ method: "GET", path: "/api/v1/namespaces/kargo-auth/secrets" }),
        await token.send({ method: "GET", path: "/api/v1/namespaces/kargo-shared-resources/secrets" }),
        await patch(`${base}/promotions/prod.old/status`, { status: { phase: "Pending" } }),
        await patch(`${base}/freights/abc/status`, { status: { approvedFor: { prod: {} } } }),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403, 403, 403],
      );
    });

    it("cannot do anything in another team's namespace", async () => {
      const other = `${KARGO}/namespaces/kargo-nginx`;
      const answers = [
        await token.send({ method: "GET", path: `${other}/stages` }),
        await token.send({ method: "GET", path: `${other}/freights/abc` }),
        await token.send({ method: "POST", path: `${other}/promotions?${DRY}`, body: promotion }),
        await patch(`${other}/stages/dev`, {
          metadata: { annotations: { "kargo.akuity.io/refresh": "now" } },
        }),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403],
      );
    });
  });

  it("the guard applies in a namespace whose project label was removed", async () => {
    const label = (value: string | null) =>
      sendOrThrow(admin, {
        method: "PATCH",
        path: "/api/v1/namespaces/kargo-auth",
        body: { metadata: { labels: { "kargo.akuity.io/project": value } } },
      });
    await label(null);
    const base = `${KARGO}/namespaces/kargo-auth`;
    const as = unbound("somebody");
    const answers = await Promise.all([
      admin.send({ method: "DELETE", path: `${base}/stages/dev?${DRY}`, as }),
      admin.send({
        method: "PATCH",
        path: `${base}/promotions/prod.old/status?${DRY}`,
        body: { status: {} },
        as,
      }),
      admin.send({
        method: "PATCH",
        path: `${base}/freights/abc/status?${DRY}`,
        body: { status: { verifiedIn: { prod: {} } } },
        as,
      }),
    ]);
    await label("true");
    assert.deepEqual(
      answers.map(({ status }) => status),
      [403, 403, 403],
    );
  });

  describeGuard(() => admin);
  describeBuildJobs(() => stack);
  describeSensorWorkflows(() => stack);
  describeReleases(() => stack);

  describe("approving Freight with kubectl", () => {
    const now = { approvedAt: "2026-01-01T00:00:00Z" };
    const approve = (as: Identity, status: object) =>
      admin.send({
        method: "PATCH",
        path: `${KARGO}/namespaces/kargo-auth/freights/abc/status?${DRY}`,
        body: { status },
        as,
      });
    const approver = { user: "somebody", groups: ["AD-Identity-Release"] };

    it("is allowed for the Stages that the identity may promote to", async () => {
      assert.equal((await approve(approver, { approvedFor: { prod: now } })).status, 200);
      assert.equal((await approve(approver, { approvedFor: { dev: now } })).status, 403);
    });

    it("may not change anything else of the status", async () => {
      for (const field of ["verifiedIn", "currentlyIn"]) {
        const { status, body } = await approve(approver, { [field]: { prod: {} } });
        assert.equal(status, 403, JSON.stringify(body));
      }
      const metadata = await approve(approver, { metadata: { forged: true } });
      assert.equal(metadata.status, 403);
    });

    it("is not allowed to another team's approvers", async () => {
      const other = { user: "somebody", groups: ["AD-Edge"] };
      assert.equal((await approve(other, { approvedFor: { prod: now } })).status, 403);
    });
  });
});
