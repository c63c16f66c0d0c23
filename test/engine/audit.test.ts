import assert from "node:assert/strict";
import type { Cluster } from "../../fleet/cluster.ts";
import { catalogueOf } from "../sources.ts";
import { administrator, KARGO, promoteOnce, unbound } from "./access-world.ts";
import { describeByHand } from "./audit-by-hand.ts";
import { auditOf } from "./audit-report.ts";
import { deleteObject, make, unmake } from "./by-hand.ts";
import { succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { dry, get, remove, sendOrThrow } from "./requests.ts";
import { describeSabotages } from "./sabotages/sabotages.ts";

const CATALOGUE = catalogueOf({ nginx: {}, auth: { team: "identity" } });
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

describe("fleet audit on a real API server", () => {
  let stack: FleetStack;
  let admin: Cluster;

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"], { config: {}, catalogue: CATALOGUE });
    await succeeds(stack.up());
    admin = await administrator(stack);
  });

  after(async () => {
    admin?.close();
    await stack?.close();
  });

  const { audit, report } = auditOf(() => stack);

  describe("after an up", () => {
    let found: Awaited<ReturnType<typeof report>>;
    before(async () => {
      found = await report();
    });

    it("finds no problem, and lists what it could not try", () => {
      assert.deepEqual([found.code, found.right, found.findings, found.attempts.wrong], [0, true, [], []]);
      assert.ok(found.objects > 60, `${found.objects} objects`);
      assert.ok(found.bindings > 60, `${found.bindings} bindings`);
      assert.deepEqual(
        [...new Set(found.attempts.notTried.map(({ because }) => because))],
        ["there is no Promotion yet", "there is no Freight yet"],
      );
    });

    it("draws the matrix, with each row's own namespaces", () => {
      assert.deepEqual(found.matrix, {
        "team-edge": { "kargo-nginx": "both", "kargo-auth": "none" },
        "approvers-edge": { "kargo-nginx": "both", "kargo-auth": "none" },
        "team-identity": { "kargo-nginx": "none", "kargo-auth": "team" },
        "approvers-identity": { "kargo-nginx": "none", "kargo-auth": "approver" },
        nobody: { "kargo-nginx": "none", "kargo-auth": "none" },
      });
    });

    it("mentions in its text only what it checked, and lists the expected subjects and its limits", async () => {
      const { code, stdout } = await audit("--services", "nginx");
      assert.equal(code, 0);
      assert.match(
        stdout,
        /\nThe \d+ objects are as planned\. In the \d+ namespaces RBAC gives rights that matter only to the plan's subjects and those named above\. \d+ attempts had the expected result\.$/,
      );
      assert.match(
        stdout,
        /\nExpected subjects with rights there, beside those of the plan: .*group system:masters/,
      );
      assert.match(stdout, /\nNot checked: authorizers other than RBAC, .*\n/);
    });

    it("reports everybody with rights in the program's namespaces until the user names them", async () => {
      const { code, stdout } = await stack.fleet("audit", "--kubeconfig", stack.admin);
      assert.equal(code, 2);
      assert.match(
        stdout,
        /kargo-fleet-events {2}user sandbox-argo-events, may .*impersonate serviceaccounts\n +RoleBinding kargo-fleet-events\/sandbox-argo-events/,
      );
    });
  });

  describe("with a Promotion, Freight, and an old version of Kargo", () => {
    let found: Awaited<ReturnType<typeof report>>;
    const states: unknown[] = [];
    const labels = { app: "old" };
    const containers = [{ name: "api", image: "ghcr.io/akuity/kargo:v1.9.4" }];
    const template = { metadata: { labels }, spec: { containers } };
    const body = { metadata: { name: "old" }, spec: { selector: { matchLabels: labels }, template } };
    const old = [{ path: "/apis/apps/v1/namespaces/kargo/deployments", body }];

    before(async () => {
      for (const name of ["nginx", "auth"]) await promoteOnce(admin, name);
      await make(admin, old);
      states.push(await stages());
      found = await report();
      states.push(await stages());
    });
    after(() => unmake(admin, old));

    async function stages(): Promise<unknown> {
      const { body } = await sendOrThrow(admin, get(`${KARGO}/namespaces/kargo-auth/stages`));
      return (body as { items: unknown[] }).items;
    }

    it("makes every attempt, and each one is refused as it should be", () => {
      const { code, attempts } = found;
      assert.deepEqual([code, attempts.wrong, attempts.notTried], [0, [], []]);
      assert.ok(attempts.asExpected > 60, `${attempts.asExpected} attempts`);
    });

    it("changes nothing", () => {
      assert.deepEqual(states[1], states[0]);
    });

    it("warns about a version with known advisories, which is no wrong cell", () => {
      assert.equal(found.code, 0);
      assert.deepEqual(found.warnings, [
        "kargo/old runs Kargo 1.9.4, for which there are security advisories (CVE-2026-32828): use 1.11.2 or later.",
      ]);
    });
  });

  describeByHand(
    () => stack,
    () => admin,
  );

  describe("with the guard disabled", () => {
    it("reports it", async () => {
      const guard = await deleteObject(
        admin,
        `${ADMISSION}/validatingadmissionpolicybindings`,
        "kargo-fleet-guard",
      );
      try {
        await settled((status) => status < 300);
        const { code, attempts } = await report("--services", "nginx");
        assert.equal(code, 2);
        const wrong = new Set(attempts.wrong.map(({ what }) => what));
        for (const what of [
          "change a Stage's spec",
          "delete a Stage as an administrator",
          "create a Stage as an administrator",
        ])
          assert.ok(wrong.has(what), [...wrong].join(", "));
      } finally {
        await make(admin, guard);
        await settled((status) => status === 403);
      }
    });

    /** Waits until the API server applies a changed policy: it repeats a request that the guard refuses. */
    async function settled(holds: (status: number) => boolean): Promise<void> {
      const path = `${KARGO}/namespaces/kargo-nginx/stages/dev`;
      const deletes = () => admin.send(dry(remove(path, unbound("somebody"))));
      const deadline = Date.now() + 30_000;
      while (!holds((await deletes()).status)) {
        if (Date.now() > deadline) throw new Error("the API server did not settle within 30 s");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });

  describeSabotages(
    () => stack,
    () => admin,
  );

  describe("without the means to check", () => {
    for (const [what, args, rule] of [
      ["a context that is not there", ["--context", "nowhere"], /has no context "nowhere"/],
      [
        "a service that is not there",
        ["--services", "ngnix"],
        /has no service ngnix\. Did you mean "nginx"\?/,
      ],
      ["no attempts at once", ["--concurrency", "0"], /whole number, 1 or more/],
      ["a subject that nobody can be", ["--known", "jane"], /Write it as "group <name>", "user <name>"/],
    ] as const) {
      it(`fails with exit code 1 for ${what}`, async () => {
        const { code, stderr } = await audit(...args);
        assert.equal(code, 1);
        assert.match(stderr, rule);
      });
    }

    it("fails with exit code 1 for a user who may not impersonate others", async () => {
      const { code, stderr } = await stack.fleet("audit", "--kubeconfig", stack.kubeconfig);
      assert.equal(code, 1);
      assert.match(stderr, /needs an administrator's kubeconfig/);
    });
  });
});
