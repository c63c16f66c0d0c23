import assert from "node:assert/strict";
import type { Cluster, Identity } from "../../fleet/cluster.ts";
import { catalogueOf, planOf, stackText } from "../sources.ts";
import { namespaceCells, serviceCells } from "./access-cells.ts";
import { administrator, KARGO, promoteOnce, promotionTo, unbound, withTokenOf } from "./access-world.ts";
import { describeBuildJobs } from "./build-jobs.ts";
import { succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { describeGuard } from "./guard-attempts.ts";
import { describeReleases } from "./releases.ts";
import { dry, get, patch, post, remove, sendOrThrow } from "./requests.ts";
import { describeSensorWorkflows } from "./sensor-workflows.ts";

/**
 * nginx belongs to edge, which has no approvers; auth belongs to identity, whose approvers are AD-Identity-Release.
 */
const CATALOGUE = catalogueOf({ nginx: {}, auth: { team: "identity" } });
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

describe("rights on a real API server, checked with real tokens", () => {
  let stack: FleetStack;
  let admin: Cluster;

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"], { config: {}, catalogue: CATALOGUE });
    await succeeds(stack.up());
    admin = await administrator(stack);
    for (const name of ["nginx", "auth"]) await promoteOnce(admin, name);
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
        const { body: review } = await sendOrThrow(token, post(path, body));
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
    const change = (path: string, body: object) => token.send(dry(patch(path, body)));
    const promotion = promotionTo("dev", { name: "dev.new" });
    const refresh = { metadata: { annotations: { "kargo.akuity.io/refresh": "now" } } };

    before(async () => {
      token = await withTokenOf(stack, "kargo-fleet-teams", "team-identity");
    });
    after(() => token?.close());

    it("list its Stages, start a Promotion and refresh a Stage", async () => {
      const answers = [
        await token.send(get(`${base}/stages`)),
        await token.send(dry(post(`${base}/promotions`, promotion))),
        await change(`${base}/stages/prod`, refresh),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 201, 200],
      );
    });

    it("cannot change a Stage, read a Secret, write a status or approve Freight", async () => {
      const answers = [
        await change(`${base}/stages/dev`, { spec: { shard: "mine" } }),
        await change(`${base}/projectconfigs/kargo-auth`, { spec: {} }),
        await token.send(get("/api/v1/namespaces/kargo-auth/secrets")),
        await token.send(get("/api/v1/namespaces/kargo-shared-resources/secrets")),
        await change(`${base}/promotions/prod.old/status`, { status: { phase: "Pending" } }),
        await change(`${base}/freights/abc/status`, { status: { approvedFor: { prod: {} } } }),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403, 403, 403],
      );
    });

    it("cannot do anything in another team's namespace", async () => {
      const other = `${KARGO}/namespaces/kargo-nginx`;
      const answers = [
        await token.send(get(`${other}/stages`)),
        await token.send(get(`${other}/freights/abc`)),
        await token.send(dry(post(`${other}/promotions`, promotion))),
        await change(`${other}/stages/dev`, refresh),
      ];
      assert.deepEqual(
        answers.map(({ status }) => status),
        [403, 403, 403, 403],
      );
    });
  });

  it("the guard applies in a namespace whose project label was removed", async () => {
    const label = (value: string | null) =>
      sendOrThrow(
        admin,
        patch("/api/v1/namespaces/kargo-auth", {
          metadata: { labels: { "kargo.akuity.io/project": value } },
        }),
      );
    await label(null);
    const base = `${KARGO}/namespaces/kargo-auth`;
    const as = unbound("somebody");
    const answers = await Promise.all([
      admin.send(dry(remove(`${base}/stages/dev`, as))),
      admin.send(dry(patch(`${base}/promotions/prod.old/status`, { status: {} }, as))),
      admin.send(dry(patch(`${base}/freights/abc/status`, { status: { verifiedIn: { prod: {} } } }, as))),
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
      admin.send(dry(patch(`${KARGO}/namespaces/kargo-auth/freights/abc/status`, { status }, as)));
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
