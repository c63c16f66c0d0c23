import assert from "node:assert/strict";
import type { Cluster } from "../../fleet/cluster.ts";
import { catalogueText, service } from "../sources.ts";
import { administrator, fleet, KARGO, made, promoteOnce, RBAC, type Said } from "./access-world.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) });
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

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
    readonly wrong: readonly { what: string; namespace: string }[];
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
  const report = async (...args: readonly string[]): Promise<Report & { exitCode: number | undefined }> => {
    const { exitCode, stdout, stderr } = await audit("--json", ...args);
    assert.ok(stdout.startsWith("{"), stderr);
    return { ...(JSON.parse(stdout) as Report), exitCode };
  };

  /** Something that an administrator did by hand, and undone again. */
  async function during(objects: readonly { path: string; body: object }[], then: () => Promise<void>) {
    for (const { path, body } of objects) await made(admin, { method: "POST", path, body });
    try {
      await then();
    } finally {
      for (const { path, body } of objects.toReversed()) {
        const { name } = (body as { metadata: { name: string } }).metadata;
        await made(admin, { method: "DELETE", path: `${path}/${name}` });
      }
    }
  }

  /** A role of somebody's own, bound to the team of nginx in a namespace. */
  function bound(namespace: string, rule: object): { path: string; body: object }[] {
    const path = `${RBAC}/namespaces/${namespace}`;
    const metadata = { name: "by-hand" };
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "by-hand" };
    const subjects = [{ kind: "Group", name: "AD-Edge", apiGroup: "rbac.authorization.k8s.io" }];
    return [
      { path: `${path}/roles`, body: { metadata, rules: [rule] } },
      { path: `${path}/rolebindings`, body: { metadata, roleRef, subjects } },
    ];
  }

  it("finds nothing wrong after an up, and says what it could not try", async () => {
    const found = await report();
    assert.deepEqual([found.exitCode, found.right, found.findings, found.attempts.wrong], [0, true, [], []]);
    assert.ok(found.cells > 400, `${found.cells} cells`);
    assert.deepEqual(
      [...new Set(found.attempts.notTried.map(({ because }) => because))],
      ["there is no Promotion yet", "there is no Freight yet"],
    );
  });

  it("draws the matrix: each row its own namespaces and no other", async () => {
    const { matrix } = await report();
    assert.deepEqual(matrix, {
      "team-edge": { "kargo-nginx": "both", "kargo-auth": "none" },
      "approvers-edge": { "kargo-nginx": "both", "kargo-auth": "none" },
      "team-identity": { "kargo-nginx": "none", "kargo-auth": "team" },
      "approvers-identity": { "kargo-nginx": "none", "kargo-auth": "approver" },
      nobody: { "kargo-nginx": "none", "kargo-auth": "none" },
    });
    const { exitCode, stdout } = await audit();
    assert.equal(exitCode, 0);
    assert.match(stdout, /Everybody may do what the list says, and nothing else\./);
  });

  it("tries everything once there are a Promotion and Freight, and everything is refused that should be", async () => {
    for (const name of ["nginx", "auth"]) await promoteOnce(admin, `kargo-${name}`, name);
    const { exitCode, attempts } = await report();
    assert.deepEqual([exitCode, attempts.wrong, attempts.notTried], [0, [], []]);
    assert.ok(attempts.asExpected > 60, `${attempts.asExpected} attempts`);
  });

  it("ends with exit code 2 and the exact cell where somebody can do what they should not", async () => {
    const rule = {
      apiGroups: ["kargo.akuity.io"],
      resources: ["stages"],
      verbs: ["promote"],
      resourceNames: ["prod"],
    };
    await during(bound("kargo-auth", rule), async () => {
      const { exitCode, findings, matrix } = await report();
      assert.equal(exitCode, 2);
      assert.deepEqual(
        findings.map(({ who, what, where, expected, actual }) => [who, what, where, expected, actual]),
        [["group AD-Edge", "promote stages.kargo.akuity.io/prod", "kargo-auth", false, true]],
      );
      assert.equal(matrix["team-edge"]?.["kargo-auth"], "wrong");
      const { exitCode: code, stdout } = await audit();
      assert.equal(code, 2);
      assert.match(
        stdout,
        /kargo-auth {2}group AD-Edge {2}promote stages\.kargo\.akuity\.io\/prod\n +is allowed and should not be \(expected no\): .*by-hand/,
      );
    });
  });

  it("ends with exit code 2 and the exact cell where somebody cannot do what they should", async () => {
    const path = `${RBAC}/namespaces/kargo-auth/rolebindings`;
    const { body } = await made(admin, { method: "GET", path: `${path}/kargo-fleet-approvers` });
    const { metadata, roleRef, subjects } = body as { metadata: { name: string; labels: object } } & Record<
      string,
      unknown
    >;
    await made(admin, { method: "DELETE", path: `${path}/kargo-fleet-approvers` });
    try {
      const { exitCode, findings } = await report();
      assert.equal(exitCode, 2);
      const cells = findings.map(({ who, what, where, actual }) => `${where} ${who} ${what} ${actual}`);
      assert.ok(
        cells.includes("kargo-auth group AD-Identity-Release promote stages.kargo.akuity.io/prod false"),
        cells.join("\n"),
      );
      assert.ok(findings.every(({ where, expected }) => where === "kargo-auth" && expected));
    } finally {
      const kept = { name: metadata.name, labels: metadata.labels };
      await made(admin, { method: "POST", path, body: { metadata: kept, roleRef, subjects } });
    }
  });

  for (const [way, rule, cell] of [
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
    [
      "a verb that no check names",
      { apiGroups: ["example.com"], resources: ["widgets"], verbs: ["paint"] },
      "paint widgets.example.com",
    ],
  ] as const) {
    it(`names the way round that is open by ${way}`, async () => {
      await during(bound("kargo-nginx", rule), async () => {
        const { exitCode, findings } = await report("--services", "nginx");
        assert.equal(exitCode, 2);
        const found = findings.map(({ who, what, where }) => `${where} ${who} ${what}`);
        assert.ok(found.includes(`kargo-nginx group AD-Edge ${cell}`), found.join("\n"));
      });
    });
  }

  it("names the built-in role edit, which lets a team mint tokens of Kargo's ServiceAccounts", async () => {
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" };
    const subjects = [{ kind: "Group", name: "AD-Edge", apiGroup: "rbac.authorization.k8s.io" }];
    const path = `${RBAC}/namespaces/kargo-nginx/rolebindings`;
    await during([{ path, body: { metadata: { name: "by-hand" }, roleRef, subjects } }], async () => {
      const { exitCode, findings, attempts } = await report("--services", "nginx");
      assert.equal(exitCode, 2);
      assert.ok(findings.some(({ what }) => what === "create serviceaccounts (token)"));
      assert.ok(attempts.wrong.some(({ what }) => what === "mint a token of kargo-promoter"));
    });
  });

  it("sees what is granted in the whole cluster once, not once for each namespace", async () => {
    const rule = { apiGroups: ["kargo.akuity.io"], resources: ["stages"], verbs: ["promote"] };
    const metadata = { name: "by-hand" };
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "by-hand" };
    const subjects = [{ kind: "Group", name: "AD-Edge", apiGroup: "rbac.authorization.k8s.io" }];
    await during(
      [
        { path: `${RBAC}/clusterroles`, body: { metadata, rules: [rule] } },
        { path: `${RBAC}/clusterrolebindings`, body: { metadata, roleRef, subjects } },
      ],
      async () => {
        const { exitCode, findings } = await report();
        assert.equal(exitCode, 2);
        assert.ok(findings.length > 0);
        assert.deepEqual([...new Set(findings.map(({ where }) => where))], ["every namespace"]);
      },
    );
  });

  it("notices that the guard is off", async () => {
    const path = `${ADMISSION}/validatingadmissionpolicybindings`;
    const { body } = await made(admin, { method: "GET", path: `${path}/kargo-fleet-guard` });
    const { spec, metadata } = body as { spec: object; metadata: { labels: object } };
    await made(admin, { method: "DELETE", path: `${path}/kargo-fleet-guard` });
    try {
      await settled(async () => (await report("--services", "nginx")).attempts.wrong.length > 0);
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
      await made(admin, {
        method: "POST",
        path,
        body: { metadata: { name: "kargo-fleet-guard", labels: metadata.labels }, spec },
      });
      await settled(async () => (await report("--services", "nginx")).attempts.wrong.length === 0);
    }
  });

  it("warns of a version with known advisories, and that alone is no wrong cell", async () => {
    const labels = { app: "old" };
    const containers = [{ name: "api", image: "ghcr.io/akuity/kargo:v1.10.0" }];
    const template = { metadata: { labels }, spec: { containers } };
    const body = { metadata: { name: "old" }, spec: { selector: { matchLabels: labels }, template } };
    await during([{ path: "/apis/apps/v1/namespaces/kargo/deployments", body }], async () => {
      const { exitCode, warnings } = await report("--services", "nginx");
      assert.equal(exitCode, 0);
      assert.deepEqual(warnings, [
        "kargo/old runs Kargo 1.10.0, for which there are security advisories: use 1.11.2 or later.",
      ]);
    });
  });

  it("changes nothing", async () => {
    const stages = `${KARGO}/namespaces/kargo-auth/stages`;
    const state = async () => {
      const { body } = await made(admin, { method: "GET", path: stages });
      return (body as { items: unknown[] }).items;
    };
    const before = await state();
    await report();
    assert.deepEqual(await state(), before);
  });

  for (const [what, args, rule] of [
    ["a context that is not there", ["--context", "nowhere"], /has no context "nowhere"/],
    ["a service that is not there", ["--services", "ngnix"], /has no service ngnix\. Did you mean "nginx"\?/],
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

  it("shows no token, though it tries to mint one", async () => {
    const rule = { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] };
    const account = { metadata: { name: "kargo-promoter" } };
    const accounts = "/api/v1/namespaces/kargo-nginx/serviceaccounts";
    await during([{ path: accounts, body: account }, ...bound("kargo-nginx", rule)], async () => {
      const { exitCode, stdout } = await audit("--json", "--services", "nginx");
      assert.equal(exitCode, 2);
      assert.doesNotMatch(stdout, /eyJ/);
    });
  });

  /** An API server puts a policy into force, or out of it, a moment after it is asked to. */
  async function settled(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 30_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error("the API server did not settle within 30 s");
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
});
