import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { type Ended, succeeds } from "./commands.ts";
import { itRepairs, POINTS, servicesOf } from "./interrupted-up/repairs.ts";
import {
  type InterruptibleFleet,
  type InterruptibleStack,
  openInterruptibleFleet,
} from "./interrupted-up/stack.ts";

/** One victim. The others are in interruptions.thorough.ts. */
const TRIED = POINTS.slice(0, 1);

describe("fleet recover after an interrupted up", () => {
  let fleet: InterruptibleFleet;
  /** The stack of a finished test. */
  let stack: InterruptibleStack;

  before(async () => {
    fleet = await openInterruptibleFleet([...servicesOf(TRIED), "foreign"]);
  });
  after(() => fleet?.close());

  itRepairs(
    TRIED,
    () => fleet,
    (finished) => {
      stack = finished;
    },
  );

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
      await succeeds(stack.preview("--expect-no-changes"));
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
      await succeeds(stack.fleet("recover"));
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
