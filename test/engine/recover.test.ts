import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { sampled } from "../sampling.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import {
  type Ended,
  type InterruptibleFleet,
  type InterruptibleStack,
  openInterruptibleFleet,
  type Point,
  type Victim,
} from "./interrupted-up/stack.ts";

const VICTIMS: readonly Victim[] = ["engine", "program", "plugin", "API server"];
/** A Namespace, four objects of Kargo, two Roles and their bindings, two objects of Argo CD, and a hook. */
const CREATIONS = 12;

/**
 * Twenty points: each victim five times, and every creation of a service at least once, before or after it
 * happened.
 */
const POINTS: readonly Point[] = Array.from({ length: 5 * VICTIMS.length }, (_, index) => ({
  victim: VICTIMS[index % VICTIMS.length] ?? "engine",
  at: 1 + ((index * 7) % CREATIONS),
  moment: Math.floor(index / VICTIMS.length) % 2 === 0 ? "after" : "before",
}));
/** By default every fifth: each victim once, at both moments. */
const TRIED = POINTS.filter((_, index) => index % sampled(1, 5) === 0);
/** The names of a point's services, one per try. */
const tries = (index: number) => [`s${index}`, `s${index}-again`];

function objectsOf(name: string): string[] {
  return [
    `AppProject argocd/${name}`,
    `Application argocd/${name}-dev`,
    `Namespace kargo-${name}`,
    `Project kargo-${name}`,
    `ProjectConfig kargo-${name}/kargo-${name}`,
    `Role kargo-${name}/kargo-fleet-approvers`,
    `Role kargo-${name}/kargo-fleet-team`,
    `RoleBinding kargo-${name}/kargo-fleet-approvers`,
    `RoleBinding kargo-${name}/kargo-fleet-team`,
    `Stage kargo-${name}/dev`,
    `Warehouse kargo-${name}/${name}`,
  ];
}

describe("fleet recover after an interrupted up", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let fleet: InterruptibleFleet;
  /** The stack of a finished test. */
  let stack: InterruptibleStack;

  before(async () => {
    fleet = await openInterruptibleFleet([...TRIED.flatMap((_, index) => tries(index)), "foreign"]);
  });
  after(() => fleet?.close());

  /** Checks that nothing is locked or pending, and that the state contains every object. */
  async function assertSettled(objects: ReadonlyMap<string, string>): Promise<void> {
    const { pending, resources } = await stack.checkpoint();
    assert.deepEqual([pending, await stack.locks()], [[], []]);
    const known = resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ id, outputs }) => `${outputs?.kind} ${id}`);
    assert.deepEqual(known.sort(), [...objects.keys()].sort());
    const hooks = resources.filter(({ type }) => type.startsWith("github:")).map(({ id }) => id);
    assert.deepEqual(hooks.sort(), [...stack.hooks()].sort());
  }

  for (const [index, point] of TRIED.entries()) {
    const { victim, at, moment } = point;
    const names = tries(index);

    it(`repairs the stack when the ${victim} dies at creation ${at} of ${CREATIONS}, ${moment} it is made; then one up completes it with the same objects, one hook and no duplicates`, async () => {
      // A retry uses a new service.
      const name = names.shift() ?? "";
      /** The uid of every object that was ever created. */
      const made = new Map<string, string>();

      async function remember(): Promise<ReadonlyMap<string, string>> {
        const objects = await stack.objects();
        for (const [object, uid] of objects) {
          assert.equal(made.get(object) ?? uid, uid, `${object} is another one than before`);
          made.set(object, uid);
        }
        return objects;
      }

      stack = await fleet.open(name);
      const interrupted = await stack.up(point);
      assert.notEqual(interrupted.code, 0, interrupted.output);
      // A restarted API server serves custom resources late, and recover must wait for them.
      if (victim === "API server") await fleet.server.revive();
      else await remember();
      const recovered = await stack.fleet("recover");
      assert.equal(recovered.code, 0, recovered.output);
      await assertSettled(await remember());

      const up = await stack.up();
      assert.equal(up.code, 0, up.output);
      const objects = await remember();
      assert.deepEqual([...objects.keys()], objectsOf(name).sort());
      assert.equal(stack.hooks().length, 1);
      await assertSettled(objects);
    });
  }

  describe("in a locked stack with objects of others", () => {
    const since = new Date().toISOString();
    const object = (labels: object) =>
      JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: { name: "foreign", namespace: "argocd", labels },
        spec: {},
      });
    const ours = { "app.kubernetes.io/managed-by": "kargo-fleet", "kargo-fleet/service": "foreign" };

    let foreign: InterruptibleStack;
    /** The result with `--owner-is-dead`. */
    let recovered: Ended;

    const lockedBy = (pid: number, host: string) =>
      foreign.lock({ pid, username: "alice", hostname: host, timestamp: since });

    before(async () => {
      foreign = await fleet.open("foreign");
      await fleet.kubectl(["create", "-f", "-"], object({}));
    });

    it("respects a lock while its owner lives, and names the owner", async () => {
      await lockedBy(process.pid, hostname());
      const { code, output } = await foreign.fleet("recover");
      assert.equal(code, 1);
      assert.match(
        output,
        new RegExp(`being updated by process ${process.pid} of alice on ${hostname()}, since ${since}`),
      );
      assert.equal((await foreign.locks()).length, 1);
    });

    it("needs the user's confirmation if the lock is from another machine", async () => {
      await lockedBy(1, "elsewhere");
      const refused = await foreign.fleet("recover");
      assert.equal(refused.code, 1);
      assert.match(refused.output, /process 1 of alice on elsewhere[\s\S]*--owner-is-dead/);
      assert.equal((await foreign.locks()).length, 1);
      recovered = await foreign.fleet("recover", "--owner-is-dead");
      assert.deepEqual(await foreign.locks(), [], recovered.output);
    });

    it("names objects without our labels, and does not touch them", async () => {
      const { code, output } = recovered;
      assert.equal(code, 2, output);
      assert.match(
        output,
        /AppProject argocd\/foreign {2}has no label app\.kubernetes\.io\/managed-by=kargo-fleet/,
      );
      const { resources } = await foreign.checkpoint();
      assert.ok(!resources.some(({ urn }) => urn.includes("foreign")));
    });

    it("names objects of another stack and does not touch them, even in a dry run", async () => {
      await fleet.kubectl(["apply", "-f", "-"], object({ ...ours, "kargo-fleet/stack": "other" }));
      const { code, stdout } = await foreign.fleet("recover", "--dry-run", "--json");
      assert.equal(code, 2, stdout);
      const { inTheWay } = JSON.parse(stdout) as { inTheWay: object[] };
      assert.deepEqual(inTheWay, [
        {
          what: "AppProject argocd/foreign",
          resource: "foreign/app-project",
          is: "another stack's",
          id: "argocd/foreign",
          stack: "other",
        },
      ]);
      const { resources } = await foreign.checkpoint();
      assert.ok(!resources.some(({ urn }) => urn.includes("foreign")));
    });
  });

  describe("afterwards", () => {
    it("finds nothing to change", async () => {
      const preview = await stack.preview("--expect-no-changes");
      assert.equal(preview.code, 0, preview.output);
    });

    it("lists the complete copies of a truncated state, and works with the newest", async () => {
      const { file } = stack;
      const text = await readFile(file, "utf8");
      await writeFile(file, text.slice(0, text.length / 2));
      const { code, output } = await stack.fleet("recover");
      assert.equal(code, 1, output);
      const [, newest = ""] = /Complete copies, newest first:\n\s+(\S+)/.exec(output) ?? [];
      assert.match(newest, /\.json\.bak$|\/backups\/|\/history\//, output);
      await copyFile(newest, file);
      const recovered = await stack.fleet("recover");
      assert.equal(recovered.code, 0, recovered.output);
      await writeFile(file, text);
    });

    it("reports an inconsistent state and how to repair it", async () => {
      const { file } = stack;
      const text = await readFile(file, "utf8");
      const broken = JSON.parse(text) as { checkpoint: { latest: { resources: { type: string }[] } } };
      const { latest } = broken.checkpoint;
      latest.resources = latest.resources.filter(({ type }) => type !== "pulumi:providers:kubernetes");
      await writeFile(file, JSON.stringify(broken));
      const { code, output } = await stack.fleet("recover");
      assert.equal(code, 1);
      assert.match(output, /is inconsistent[\s\S]*its provider[\s\S]*pulumi state repair --stack s/);
      await writeFile(file, text);
      await rm(`${file}.bak`, { force: true });
    });
  });
});
