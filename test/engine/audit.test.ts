import assert from "node:assert/strict";
import type { Cluster } from "../../fleet/cluster.ts";
import { catalogueText, service } from "../sources.ts";
import {
  administrator,
  DRY,
  fleet,
  KARGO,
  made,
  promoteOnce,
  RBAC,
  type Said,
  unbound,
} from "./access-world.ts";
import {
  account,
  type ByHand,
  bound,
  boundEverywhere,
  boundTo,
  group,
  make,
  remove,
  takeAway,
} from "./by-hand.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) });
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

/** Rules of a role that somebody makes by hand, and the cell in which each way round shows that it opens. */
const WAYS_ROUND = [
  [
    "writing a Promotion's status",
    { apiGroups: ["kargo.akuity.io"], resources: ["promotions/status"], verbs: ["patch"] },
    "patch promotions.kargo.akuity.io (status)",
  ],
  [
    "minting tokens of Kargo's ServiceAccounts",
    {
      apiGroups: [""],
      resources: ["serviceaccounts/token"],
      verbs: ["create"],
      resourceNames: ["kargo-promoter"],
    },
    "create serviceaccounts/kargo-promoter (token)",
  ],
  [
    "impersonating Kargo's ServiceAccounts",
    {
      apiGroups: [""],
      resources: ["serviceaccounts"],
      verbs: ["impersonate"],
      resourceNames: ["kargo-promoter"],
    },
    "impersonate serviceaccounts/kargo-promoter",
  ],
  [
    "the verb * on Stages",
    { apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["*"] },
    "* stages.kargo.akuity.io",
  ],
  [
    "a Secret of Kargo's own name",
    { apiGroups: [""], resources: ["secrets"], verbs: ["create"] },
    "create secrets",
  ],
] as const;
const UNKNOWN = { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["paint"] };

/** What `--json` says, as far as these tests read it. */
interface Report {
  readonly right: boolean;
  readonly cells: number;
  readonly asked: number;
  readonly matrix: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly findings: readonly {
    who: string;
    what: string;
    where: string;
    expected: boolean;
    actual: boolean;
  }[];
  readonly warnings: readonly string[];
  readonly attempts: {
    readonly asExpected: number;
    readonly wrong: readonly { what: string; who: string; namespace: string }[];
    readonly notTried: readonly { what: string; because: string }[];
  };
}

describe("fleet audit against a real API server", function () {
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
  });

  after(async () => {
    admin?.close();
    await stack?.close();
  });

  const audit = (...args: readonly string[]): Promise<Said> =>
    fleet(stack, "audit", "--stack", "test", "--kubeconfig", stack.admin, ...args);
  const read = ({ exitCode, stdout, stderr }: Said): Report & { exitCode: number | undefined } => {
    assert.ok(stdout.startsWith("{"), stderr);
    return { ...(JSON.parse(stdout) as Report), exitCode };
  };
  const report = async (...args: readonly string[]) => read(await audit("--json", ...args));

  describe("after an up", () => {
    let found: Awaited<ReturnType<typeof report>>;
    before(async () => {
      found = await report();
    });

    it("finds nothing wrong, and says what it could not try", () => {
      assert.deepEqual(
        [found.exitCode, found.right, found.findings, found.attempts.wrong],
        [0, true, [], []],
      );
      assert.ok(found.cells > 400, `${found.cells} cells`);
      assert.deepEqual(
        [...new Set(found.attempts.notTried.map(({ because }) => because))],
        ["there is no Promotion yet", "there is no Freight yet"],
      );
    });

    it("draws the matrix: each row its own namespaces and no other", () => {
      assert.deepEqual(found.matrix, {
        "team-edge": { "kargo-nginx": "both", "kargo-auth": "none" },
        "approvers-edge": { "kargo-nginx": "both", "kargo-auth": "none" },
        "team-identity": { "kargo-nginx": "none", "kargo-auth": "team" },
        "approvers-identity": { "kargo-nginx": "none", "kargo-auth": "approver" },
        nobody: { "kargo-nginx": "none", "kargo-auth": "none" },
      });
    });

    it("says so in a sentence to people", async () => {
      const { exitCode, stdout } = await audit("--services", "nginx");
      assert.equal(exitCode, 0);
      assert.match(stdout, /Everybody may do what the list says, and nothing else\./);
    });
  });

  describe("once there are a Promotion and Freight, and an old version of Kargo", () => {
    let found: Awaited<ReturnType<typeof report>>;
    const states: unknown[] = [];
    const labels = { app: "old" };
    const containers = [{ name: "api", image: "ghcr.io/akuity/kargo:v1.10.0" }];
    const template = { metadata: { labels }, spec: { containers } };
    const body = { metadata: { name: "old" }, spec: { selector: { matchLabels: labels }, template } };
    const old = [{ path: "/apis/apps/v1/namespaces/kargo/deployments", body }];

    before(async () => {
      for (const name of ["nginx", "auth"]) await promoteOnce(admin, `kargo-${name}`, name);
      await make(admin, old);
      states.push(await stages());
      found = await report();
      states.push(await stages());
    });
    after(() => remove(admin, old));

    async function stages(): Promise<unknown> {
      const { body } = await made(admin, { method: "GET", path: `${KARGO}/namespaces/kargo-auth/stages` });
      return (body as { items: unknown[] }).items;
    }

    it("tries everything, and everything is refused that should be", () => {
      const { exitCode, attempts } = found;
      assert.deepEqual([exitCode, attempts.wrong, attempts.notTried], [0, [], []]);
      assert.ok(attempts.asExpected > 60, `${attempts.asExpected} attempts`);
    });

    it("changes nothing", () => {
      assert.deepEqual(states[1], states[0]);
    });

    it("warns of a version with known advisories, and that alone is no wrong cell", () => {
      assert.equal(found.exitCode, 0);
      assert.deepEqual(found.warnings, [
        "kargo/old runs Kargo 1.10.0, for which there are security advisories: use 1.11.2 or later.",
      ]);
    });
  });

  describe("where somebody changed by hand who may do what", () => {
    let said: Said;
    let found: ReturnType<typeof read>;
    let approvers: ByHand = [];
    const promote = (more: object) => ({
      apiGroups: ["kargo.akuity.io"],
      resources: ["stages"],
      verbs: ["promote"],
      ...more,
    });
    const byHand: ByHand = [
      ...bound(group("AD-Edge"), "kargo-auth", [promote({ resourceNames: ["prod"] })]),
      ...bound(
        group("AD-Edge"),
        "kargo-nginx",
        WAYS_ROUND.map(([, rule]) => rule),
      ),
      ...bound(account("kargo-fleet-teams", "team-edge"), "kargo-nginx", [UNKNOWN], "unknown"),
      ...boundTo("edit", group("AD-Identity"), "kargo-auth"),
      ...boundEverywhere(group("AD-Identity"), [promote({})]),
      {
        path: "/api/v1/namespaces/kargo-nginx/serviceaccounts",
        body: { metadata: { name: "kargo-promoter" } },
      },
    ];

    before(async () => {
      await make(admin, byHand);
      approvers = await takeAway(
        admin,
        `${RBAC}/namespaces/kargo-auth/rolebindings`,
        "kargo-fleet-approvers",
      );
      said = await audit("--json");
      found = read(said);
    });
    after(async () => {
      await remove(admin, byHand);
      await make(admin, approvers);
    });

    /** The cells of somebody, each with where it is. */
    const cellsOf = (who: string) =>
      found.findings.filter((each) => each.who === who).map(({ what, where }) => `${where} ${what}`);

    it("ends with exit code 2", () => {
      assert.deepEqual([found.exitCode, found.right], [2, false]);
    });

    it("names the exact cell where somebody can do what they should not", async () => {
      assert.deepEqual(
        found.findings
          .filter(({ who, where }) => who === "group AD-Edge" && where === "kargo-auth")
          .map(({ what, expected, actual }) => [what, expected, actual]),
        [["promote stages.kargo.akuity.io/prod", false, true]],
      );
      assert.equal(found.matrix["team-edge"]?.["kargo-auth"], "wrong");
      const { exitCode, stdout } = await audit("--services", "auth");
      assert.equal(exitCode, 2);
      assert.match(
        stdout,
        /kargo-auth {2}group AD-Edge {2}promote stages\.kargo\.akuity\.io\/prod\n +is allowed and should not be \(expected no\): .*by-hand/,
      );
    });

    it("names the exact cell where somebody cannot do what they should", () => {
      const missing = found.findings.filter(({ expected }) => expected);
      const cells = missing.map(({ who, what, where, actual }) => `${where} ${who} ${what} ${actual}`);
      assert.ok(
        cells.includes("kargo-auth group AD-Identity-Release promote stages.kargo.akuity.io/prod false"),
        cells.join("\n"),
      );
      assert.deepEqual([...new Set(missing.map(({ where }) => where))], ["kargo-auth"]);
    });

    for (const [way, , cell] of WAYS_ROUND) {
      it(`names the way round that is open by ${way}`, () => {
        const cells = cellsOf("group AD-Edge");
        assert.ok(cells.includes(`kargo-nginx ${cell}`), cells.join("\n"));
      });
    }

    it("names the way round that is open by a verb that no check names", () => {
      assert.deepEqual(cellsOf("ServiceAccount kargo-fleet-teams/team-edge"), [
        "kargo-nginx paint widgets.example.com",
      ]);
    });

    it("names the built-in role edit, which lets a team mint tokens of Kargo's ServiceAccounts", () => {
      const cells = cellsOf("group AD-Identity");
      assert.ok(cells.includes("kargo-auth create serviceaccounts (token)"), cells.join("\n"));
      const wrong = found.attempts.wrong.map(({ what, who, namespace }) => `${namespace} ${who} ${what}`);
      assert.ok(
        wrong.includes("kargo-auth group AD-Identity mint a token of kargo-promoter"),
        wrong.join("\n"),
      );
    });

    it("sees what is granted in the whole cluster once, not once for each namespace", () => {
      const cells = cellsOf("group AD-Identity").filter((cell) => /\bpromote\b/.test(cell));
      assert.ok(cells.length > 0);
      for (const cell of cells) assert.match(cell, /^every namespace /);
    });

    it("shows no token, though it tries to mint one", () => {
      const minted = found.attempts.wrong.filter(({ what }) => what === "mint a token of kargo-promoter");
      assert.ok(minted.some(({ namespace }) => namespace === "kargo-nginx"));
      assert.doesNotMatch(said.stdout, /eyJ/);
    });
  });

  describe("where the guard is off", () => {
    it("notices it", async () => {
      const guard = await takeAway(
        admin,
        `${ADMISSION}/validatingadmissionpolicybindings`,
        "kargo-fleet-guard",
      );
      try {
        await settled((status) => status < 300);
        const { exitCode, attempts } = await report("--services", "nginx");
        assert.equal(exitCode, 2);
        const wrong = new Set(attempts.wrong.map(({ what }) => what));
        for (const what of [
          "change a Stage's spec",
          "delete a Stage as an administrator",
          "make a Stage as an administrator",
        ])
          assert.ok(wrong.has(what), [...wrong].join(", "));
      } finally {
        await make(admin, guard);
        await settled((status) => status === 403);
      }
    });

    /** An API server puts a policy into force, or out of it, a moment after it is asked to: the guard refuses this. */
    async function settled(holds: (status: number) => boolean): Promise<void> {
      const path = `${KARGO}/namespaces/kargo-nginx/stages/dev?${DRY}`;
      const deletes = () => admin.send({ method: "DELETE", path, as: unbound("somebody") });
      const deadline = Date.now() + 30_000;
      while (!holds((await deletes()).status)) {
        if (Date.now() > deadline) throw new Error("the API server did not settle within 30 s");
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });

  describe("where it cannot be made", () => {
    for (const [what, args, rule] of [
      ["a context that is not there", ["--context", "nowhere"], /has no context "nowhere"/],
      [
        "a service that is not there",
        ["--services", "ngnix"],
        /has no service ngnix\. Did you mean "nginx"\?/,
      ],
      ["no services", ["--concurrency", "0"], /whole number, 1 or more/],
    ] as const) {
      it(`fails with exit code 1 for ${what}`, async () => {
        const { exitCode, stderr } = await audit(...args);
        assert.equal(exitCode, 1);
        assert.match(stderr, rule);
      });
    }

    it("fails with exit code 1 for somebody who may not ask about others", async () => {
      const { exitCode, stderr } = await fleet(
        stack,
        "audit",
        "--stack",
        "test",
        "--kubeconfig",
        stack.kubeconfig,
      );
      assert.equal(exitCode, 1);
      assert.match(stderr, /needs an administrator's kubeconfig/);
    });
  });
});
