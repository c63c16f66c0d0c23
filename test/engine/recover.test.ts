import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import {
  type InterruptibleStack,
  openInterruptibleStack,
  type Point,
  type Victim,
} from "./interrupted-up/stack.ts";

const VICTIMS: readonly Victim[] = ["engine", "program", "plugin", "API server"];
/** A Namespace, four of Kargo's, two Roles and their bindings, two of Argo CD's, and a hook. */
const CREATIONS = 12;
const ROUNDS = 5;

/** Twenty points: each victim five times, every creation of a service at least once, made already or never made. */
const POINTS: readonly Point[] = Array.from({ length: ROUNDS * VICTIMS.length }, (_, index) => ({
  victim: VICTIMS[index % VICTIMS.length] ?? "engine",
  service: `s${index}`,
  at: 1 + ((index * 7) % CREATIONS),
  moment: Math.floor(index / VICTIMS.length) % 2 === 0 ? "after" : "before",
}));

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

describe("fleet recover, after an up that was interrupted", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: InterruptibleStack;
  /** The uid of everything that was ever made. */
  const made = new Map<string, string>();

  before(async () => {
    stack = await openInterruptibleStack([...POINTS.map(({ service }) => service), "foreign"]);
  });
  after(() => stack?.close());

  async function remember(): Promise<void> {
    for (const [name, uid] of await stack.objects()) {
      assert.equal(made.get(name) ?? uid, uid, `${name} is another one than before`);
      made.set(name, uid);
    }
  }

  /** Nothing is locked or pending, and the state knows everything that is there. */
  async function assertSettled(): Promise<void> {
    const { pending, resources } = await stack.checkpoint();
    assert.deepEqual([pending, await stack.locks()], [[], []]);
    const known = resources
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ id, outputs }) => `${outputs?.kind} ${id}`);
    assert.deepEqual(known.sort(), [...(await stack.objects()).keys()].sort());
    const hooks = resources.filter(({ type }) => type.startsWith("github:")).map(({ id }) => id);
    const there = POINTS.flatMap(({ service }) => stack.github.hooks(`acme/${service}`));
    assert.deepEqual(hooks.sort(), there.map(({ id }) => String(id)).sort());
  }

  for (let round = 0; round < ROUNDS; round++) {
    const points = POINTS.slice(round * VICTIMS.length, (round + 1) * VICTIMS.length);
    const listed = POINTS.slice(0, (round + 1) * VICTIMS.length).map(({ service }) => service);

    for (const point of points) {
      const { victim, service, at, moment } = point;
      it(`settles what is left when the ${victim} dies at creation ${at} of ${CREATIONS}, ${moment} it is made`, async () => {
        await stack.list(listed.slice(0, listed.indexOf(service) + 1));
        const up = await stack.up(point);
        assert.notEqual(up.code, 0, up.output);
        // One that has just come back serves no custom resources for a moment: recover must wait for them.
        if (victim === "API server") await stack.server.revive();
        else await remember();
        const recovered = await stack.fleet("recover");
        assert.equal(recovered.code, 0, recovered.output);
        await remember();
        await assertSettled();
      });
    }

    it(`and one up converges (round ${round + 1}): the same objects, one hook each, nothing twice`, async () => {
      const up = await stack.up();
      assert.equal(up.code, 0, up.output);
      await remember();
      assert.deepEqual([...(await stack.objects()).keys()], listed.flatMap(objectsOf).sort());
      for (const service of listed) assert.equal(stack.github.hooks(`acme/${service}`).length, 1, service);
      await assertSettled();
    });
  }

  it("leaves nothing to change", async () => {
    const preview = await stack.pulumi("preview", "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  });

  describe("the lock", () => {
    const since = new Date().toISOString();

    async function lockedBy(pid: number, host: string): Promise<void> {
      const file = join(stack.folder, "state/.pulumi/locks/organization/kargo-fleet/test/planted.json");
      await mkdir(dirname(file), { recursive: true });
      const lock = { pid, username: "alice", hostname: host, timestamp: since };
      await writeFile(file, JSON.stringify(lock));
    }

    it("is respected while its owner lives, whom it names", async () => {
      await lockedBy(process.pid, hostname());
      const { code, output } = await stack.fleet("recover");
      assert.equal(code, 1);
      assert.match(
        output,
        new RegExp(`being updated by process ${process.pid} of alice on ${hostname()}, since ${since}`),
      );
      assert.equal((await stack.locks()).length, 1);
    });

    it("of another machine needs a person's word", async () => {
      await lockedBy(1, "elsewhere");
      const refused = await stack.fleet("recover");
      assert.equal(refused.code, 1);
      assert.match(refused.output, /process 1 of alice on elsewhere[\s\S]*--owner-is-dead/);
      assert.equal((await stack.locks()).length, 1);
      const { code, output } = await stack.fleet("recover", "--owner-is-dead");
      assert.equal(code, 0, output);
      assert.deepEqual(await stack.locks(), []);
    });
  });

  describe("what is not ours", () => {
    const object = (labels: object) =>
      JSON.stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: { name: "foreign", namespace: "argocd", labels },
        spec: {},
      });
    const ours = { "app.kubernetes.io/managed-by": "kargo-fleet", "kargo-fleet/service": "foreign" };

    before(() => stack.list([...POINTS.map(({ service }) => service), "foreign"]));

    it("is named and left alone where it lacks our labels", async () => {
      await stack.kubectl(["create", "-f", "-"], object({}));
      const { code, output } = await stack.fleet("recover");
      assert.equal(code, 2, output);
      assert.match(
        output,
        /AppProject argocd\/foreign {2}has no label app\.kubernetes\.io\/managed-by=kargo-fleet/,
      );
      const { resources } = await stack.checkpoint();
      assert.ok(!resources.some(({ urn }) => urn.includes("foreign")));
    });

    it("is named and left alone where another stack owns it, also in a dry run", async () => {
      await stack.kubectl(["apply", "-f", "-"], object({ ...ours, "kargo-fleet/stack": "other" }));
      const { code, stdout } = await stack.fleet("recover", "--dry-run", "--json");
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
      const { resources } = await stack.checkpoint();
      assert.ok(!resources.some(({ urn }) => urn.includes("foreign")));
    });
  });

  it("says that a state has no integrity, and how to mend it", async () => {
    const file = join(stack.folder, "state/.pulumi/stacks/kargo-fleet/test.json");
    const text = await readFile(file, "utf8");
    const broken = JSON.parse(text) as { checkpoint: { latest: { resources: { type: string }[] } } };
    const { latest } = broken.checkpoint;
    latest.resources = latest.resources.filter(({ type }) => type !== "pulumi:providers:kubernetes");
    await writeFile(file, JSON.stringify(broken));
    const { code, output } = await stack.fleet("recover");
    assert.equal(code, 1);
    assert.match(output, /no integrity[\s\S]*its provider[\s\S]*pulumi state repair --stack test/);
    await writeFile(file, text);
    await rm(`${file}.bak`, { force: true });
  });
});
