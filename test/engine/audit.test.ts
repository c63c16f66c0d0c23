import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readStack } from "../../fleet/all-stacks.ts";
import type { Finding } from "../../fleet/audit/finding.ts";
import { inspect } from "../../fleet/audit/inspection.ts";
import type { Cluster } from "../../fleet/cluster.ts";
import { withTexts, workingDirectory } from "../../fleet/files.ts";
import { previewerObjects } from "../../manifests/deployer.ts";
import { catalogueText, service } from "../sources.ts";
import {
  administrator,
  type CommandResult,
  DRY,
  fleet,
  KARGO,
  promoteOnce,
  RBAC,
  sendOrThrow,
  unbound,
} from "./access-world.ts";
import { type ByHand, bound, boundTo, deleteObject, group, make, remove } from "./by-hand.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { GATES } from "./sabotages/gates.ts";
import { GUARDS } from "./sabotages/guards.ts";
import { RIGHTS } from "./sabotages/rights.ts";
import { ROLES } from "./sabotages/roles.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx"), auth: service("auth", { team: "identity" }) });
/** The sandbox's identity, whose rights are not in the plan. */
const KNOWN = ["--known", "user sandbox-argo-events"];
const ADMISSION = "/apis/admissionregistration.k8s.io/v1";

/** The fields of `--json` that these tests read. */
interface Report {
  readonly right: boolean;
  readonly objects: number;
  readonly bindings: number;
  readonly known: readonly string[];
  readonly matrix: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
  readonly attempts: {
    readonly asExpected: number;
    readonly wrong: readonly { what: string; who: string; namespace: string }[];
    readonly notTried: readonly { what: string; because: string }[];
  };
}

describe("fleet audit on a real API server", function () {
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

  const audit = (...args: readonly string[]): Promise<CommandResult> =>
    fleet(stack, "audit", "--stack", "test", "--kubeconfig", stack.admin, ...KNOWN, ...args);
  const read = ({ exitCode, stdout, stderr }: CommandResult): Report & { exitCode: number | undefined } => {
    assert.ok(stdout.startsWith("{"), stderr);
    return { ...(JSON.parse(stdout) as Report), exitCode };
  };
  const report = async (...args: readonly string[]) => read(await audit("--json", ...args));

  describe("after an up", () => {
    let found: Awaited<ReturnType<typeof report>>;
    before(async () => {
      found = await report();
    });

    it("finds no problem, and lists what it could not try", () => {
      assert.deepEqual(
        [found.exitCode, found.right, found.findings, found.attempts.wrong],
        [0, true, [], []],
      );
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
      const { exitCode, stdout } = await audit("--services", "nginx");
      assert.equal(exitCode, 0);
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
      const { exitCode, stdout } = await fleet(
        stack,
        "audit",
        "--stack",
        "test",
        "--kubeconfig",
        stack.admin,
      );
      assert.equal(exitCode, 2);
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
      for (const name of ["nginx", "auth"]) await promoteOnce(admin, `kargo-${name}`, name);
      await make(admin, old);
      states.push(await stages());
      found = await report();
      states.push(await stages());
    });
    after(() => remove(admin, old));

    async function stages(): Promise<unknown> {
      const { body } = await sendOrThrow(admin, {
        method: "GET",
        path: `${KARGO}/namespaces/kargo-auth/stages`,
      });
      return (body as { items: unknown[] }).items;
    }

    it("makes every attempt, and each one is refused as it should be", () => {
      const { exitCode, attempts } = found;
      assert.deepEqual([exitCode, attempts.wrong, attempts.notTried], [0, [], []]);
      assert.ok(attempts.asExpected > 60, `${attempts.asExpected} attempts`);
    });

    it("changes nothing", () => {
      assert.deepEqual(states[1], states[0]);
    });

    it("warns about a version with known advisories, which is no wrong cell", () => {
      assert.equal(found.exitCode, 0);
      assert.deepEqual(found.warnings, [
        "kargo/old runs Kargo 1.9.4, for which there are security advisories (CVE-2026-32828): use 1.11.2 or later.",
      ]);
    });
  });

  describe("after somebody changed rights by hand", () => {
    let said: CommandResult;
    let found: ReturnType<typeof read>;
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
      await remove(admin, byHand);
      await make(admin, approvers);
    });

    it("exits with code 2", () => {
      assert.deepEqual([said.exitCode, found.exitCode, found.right], [2, 2, false]);
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

  describe("with the guard disabled", () => {
    it("reports it", async () => {
      const guard = await deleteObject(
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
          "create a Stage as an administrator",
        ])
          assert.ok(wrong.has(what), [...wrong].join(", "));
      } finally {
        await make(admin, guard);
        await settled((status) => status === 403);
      }
    });

    /** The API server applies a changed policy after a moment; this request is refused by the guard. */
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

  describe("after a sabotage", () => {
    const found = async (previewer?: string) => {
      const names = ["services.json", "Pulumi.test.yaml"];
      const texts = names.map(async (name) => [name, await readFile(join(stack.folder, name), "utf8")]);
      const all = withTexts(workingDirectory(), Object.fromEntries(await Promise.all(texts)));
      const { plan, config, catalogue } = readStack("test", all);
      assert.ok(plan && config.value && catalogue?.value);
      const { teams, services: listed } = catalogue.value;
      const files = {
        plan,
        config: config.value,
        teams: Object.keys(teams),
        services: Object.keys(listed),
      };
      const { services } = plan;
      const known = ["user sandbox-argo-events"];
      const { findings } = await inspect({ cluster: admin, files, services, previewer, known });
      return findings.map(({ where, who, what }) => `${where}  ${[...who, what].join(", ")}`);
    };

    for (const { name, change, found: beginning } of [...RIGHTS, ...GUARDS, ...ROLES, ...GATES]) {
      it(`reports it: ${name}`, async () => {
        const undo = await change(admin);
        const findings = await found().finally(undo);
        assert.ok(
          findings.some((finding) => finding.startsWith(beginning)),
          findings.join("\n"),
        );
      });
    }

    it("reports the identity of fleet deployer --read-only until --previewer names it", async () => {
      const objects = previewerObjects("ci-previewer", ["edge", "identity"]).map((body) => {
        const { namespace } = body.metadata;
        const where = namespace === undefined ? RBAC : `${RBAC}/namespaces/${namespace}`;
        return { path: `${where}/${body.kind.toLowerCase()}s`, body };
      });
      await make(admin, objects);
      try {
        assert.ok((await found()).some((each) => each.includes("user ci-previewer, may get secrets")));
        assert.deepEqual(await found("ci-previewer"), []);
        assert.ok(
          (await found("another")).some((each) => each.includes("user ci-previewer, may get secrets")),
        );
      } finally {
        await remove(admin, objects);
      }
    });

    it("finds no other problem after each sabotage is undone", async () => {
      assert.deepEqual(await found(), []);
    });
  });

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
        const { exitCode, stderr } = await audit(...args);
        assert.equal(exitCode, 1);
        assert.match(stderr, rule);
      });
    }

    it("fails with exit code 1 for a user who may not impersonate others", async () => {
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
