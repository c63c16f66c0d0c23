import assert from "node:assert/strict";
import { copyFile, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { openTwoStacks, type Printed, type TwoStacks } from "./two-stacks.ts";

/** By the hash of their names: the first two are on stack test, the others on test-2. */
const SERVICES = { auth: {}, late: {}, canary: { labels: { tier: "canary" } }, cart: {} };

describe("fleet up, on a real engine and API server", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let fleet: TwoStacks;

  before(async () => {
    fleet = await openTwoStacks([...Object.keys(SERVICES), "shop", "mail", "lost", "quay"]);
    await fleet.configure();
    await fleet.list(SERVICES);
  });
  after(() => fleet?.close());

  async function up(
    ...args: readonly string[]
  ): Promise<Printed & { code: number | undefined; output: string }> {
    const { stdout, output, code } = await fleet.fleet("up", "--json", ...args);
    assert.ok(stdout.startsWith("{"), output);
    return { ...(JSON.parse(stdout) as Printed), code, output };
  }

  const stacksOf = ({ waves }: Printed) => waves.map(({ runs }) => runs.map(({ stack }) => stack).sort());
  const projects = async () =>
    (await fleet.objects())
      .filter((name) => name.startsWith("Project "))
      .map((name) => name.split("/kargo-")[1]);

  /** Every object of the cluster is in one state, every hook too, and nothing is locked or pending. */
  async function assertSettled(): Promise<void> {
    const states = await Promise.all(["test", "test-2"].map(fleet.state));
    const resources = states.flatMap((state) => state.resources);
    const names = resources
      .filter(({ type }) => type.endsWith(":Project"))
      .map(({ id }) => id?.slice("kargo-".length));
    assert.deepEqual(names.sort(), (await projects()).sort());
    const hooks = resources.filter(({ type }) => type.startsWith("github:")).map(({ id }) => id);
    const real = Object.keys({ ...SERVICES, shop: 0, mail: 0, lost: 0, quay: 0 }).flatMap((name) =>
      fleet.github.hooks(`acme/${name}`).map(({ id }) => String(id)),
    );
    assert.deepEqual(hooks.sort(), real.sort());
    assert.deepEqual(
      [states.map(({ pending }) => pending), await fleet.locks("test"), await fleet.locks("test-2")],
      [[0, 0], [], []],
    );
  }

  it("brings up the platform, then the services with the labels, then the rest", async () => {
    const printed = await up("--report", "up.md");
    assert.deepEqual([printed.code, printed.outcome, printed.next], [0, "done", null], printed.output);
    assert.deepEqual(
      printed.waves.map(({ name }) => name),
      ["the platform", "tier=canary", "the rest"],
    );
    assert.deepEqual(stacksOf(printed), [["test"], ["test-2"], ["test", "test-2"]]);
    assert.match(printed.output, /wave 2 of 3 \(tier=canary\): stack test-2 is up after \d+ s/);
    assert.match(await readFile(`${fleet.folder}/up.md`, "utf8"), /canary/);
    await assertSettled();
  });

  it("leaves what pulumi up has nothing to do with", async () => {
    for (const stack of ["test", "test-2"]) {
      const preview = await fleet.pulumi("preview", "--stack", stack, "--expect-no-changes");
      assert.equal(preview.code, 0, preview.output);
    }
  });

  it("does nothing again, and says so", async () => {
    const printed = await up();
    assert.deepEqual(stacksOf(printed), [[], [], []], printed.output);
    assert.equal(printed.code, 0);
  });

  it("brings up only the service whose entry changed", async () => {
    await fleet.list({ ...SERVICES, auth: { warehouse: { interval: "1h" } } });
    const printed = await up();
    assert.deepEqual(stacksOf(printed), [[], [], ["test"]], printed.output);
    assert.equal(printed.waves[2]?.runs[0]?.changes, "~1");
    const { spec } = (await fleet.get("warehouse", "auth", "kargo-auth")) as { spec: { interval: string } };
    assert.equal(spec.interval, "1h0m0s");
  });

  it("finds what somebody else's up changed since", async () => {
    const by = await fleet.pulumi("up", "--stack", "test-2", "--yes", "--skip-preview");
    assert.equal(by.code, 0, by.output);
    assert.deepEqual(stacksOf(await up()), [[], ["test-2"], ["test-2"]]);
  });

  it("refuses a part of a stack in an up without targets, and deletes nothing", async () => {
    const only = JSON.stringify({ services: ["auth"], platform: false });
    process.env.KARGO_FLEET_ONLY = only;
    const { code, output } = await fleet
      .pulumi("up", "--stack", "test", "--yes", "--skip-preview")
      .finally(() => delete process.env.KARGO_FLEET_ONLY);
    assert.notEqual(code, 0);
    assert.match(output, /KARGO_FLEET_ONLY is set, which is only valid in a preview and with targets/);
    assert.deepEqual((await projects()).sort(), Object.keys(SERVICES).sort());
  });

  it("stops after a wave that controllers have not finished, with what is left and how to go on", async () => {
    const ready = { type: "Ready", status: "True", reason: "Verified", message: "" };
    const now = new Date().toISOString();
    const status = { conditions: [{ ...ready, observedGeneration: 1, lastTransitionTime: now }] };
    await fleet.setStatus("stage", "dev", "kargo-canary", status);
    await fleet.list({
      ...SERVICES,
      canary: { ...SERVICES.canary, image: "registry.example/other" },
      late: { warehouse: { interval: "1h" } },
    });
    const printed = await up("--wait", "1");
    assert.deepEqual([printed.code, printed.outcome], [3, "stopped"], printed.output);
    assert.match(
      printed.waves[1]?.stops.join() ?? "",
      /Stage kargo-canary\/dev Kargo has not seen its change yet/,
    );
    assert.deepEqual([printed.left, printed.next], [["the rest"], "npm run fleet -- up"]);
    const { spec } = (await fleet.get("warehouse", "late", "kargo-late")) as { spec: { interval: string } };
    assert.equal(spec.interval, "5m0s");
    await fleet.setStatus("stage", "dev", "kargo-canary", {});
    assert.equal((await up()).code, 0);
  });

  it("reports a service that cannot be made and makes the others, or stops if --max-broken permits fewer", async () => {
    await fleet.list({
      ...SERVICES,
      shop: { repository: "acme/nowhere", labels: { tier: "canary" } },
      mail: { labels: { tier: "canary" } },
    });
    const strict = await up("--max-broken", "10");
    assert.deepEqual(
      [strict.code, strict.waves[1]?.stops, strict.left],
      [3, ["1 of 3 services could not be made"], ["the rest"]],
      strict.output,
    );
    const printed = await up();
    assert.deepEqual(
      [printed.code, printed.outcome, Object.keys(printed.broken)],
      [2, "broken", ["shop"]],
      printed.output,
    );
    assert.match(printed.broken.shop?.join() ?? "", /sees no repository acme\/nowhere[\s\S]*\[KF100\]/);
    assert.ok((await projects()).includes("mail"));
    await fleet.list({ ...SERVICES, shop: {}, mail: {} });
    assert.equal((await up()).code, 0);
    await assertSettled();
  });

  it("deletes a service that is no longer listed, after the wave of another one in its stack", async () => {
    // So that fleet up does not know what is there.
    await fleet.pulumi("up", "--stack", "test-2", "--yes", "--skip-preview");
    const canary = { ...SERVICES.canary, warehouse: { interval: "1h" } };
    await fleet.list({ ...SERVICES, canary, mail: {} });
    const printed = await up();
    assert.deepEqual([printed.code, printed.broken], [0, {}], printed.output);
    assert.ok(!(await projects()).includes("shop"));
    await assertSettled();
  });

  it("lets only one fleet up run, and the other names it", async () => {
    const first = fleet.begin(["--whole"]);
    await first.said(/wave 1 of 3/);
    const second = await fleet.fleet("up");
    assert.equal(second.code, 4, second.output);
    assert.match(
      second.output,
      /Another fleet up runs: pid \d+: fleet up of cluster test, by \S+ on \S+, since 20/,
    );
    assert.equal((await first.ended).code, 0);
  });

  it("respects the lock of somebody else's update, names its owner, and begins nothing", async () => {
    const remove = await fleet.lock("test-2", { pid: process.pid, hostname: hostname() });
    const { code, output } = await fleet.fleet("up");
    await remove();
    assert.equal(code, 4, output);
    assert.match(
      output,
      new RegExp(`Stack test-2 is being updated by process ${process.pid} of alice on ${hostname()}, since`),
    );
    assert.doesNotMatch(output, /wave 1/);
  });

  for (const [mode, name, entries, isWritten] of [
    ["", "lost", { ...SERVICES, shop: {}, mail: {}, lost: {} }, false],
    ["--durable", "quay", { ...SERVICES, shop: {}, mail: {}, lost: {}, quay: {} }, true],
  ] as const)
    it(`converges after a kill of everything in a wave${mode && ` with ${mode}`}: its lock is removed, nothing is twice or left out`, async () => {
      await fleet.list(entries);
      const victim = fleet.begin([mode]);
      for (let tries = 0; !(await projects()).includes(name) && tries < 300; tries++) await pause(50);
      await victim.kill();
      assert.equal((await fleet.locks("test-2")).length > 0, true);
      const { resources } = await fleet.state("test-2");
      assert.equal(
        resources.some(({ urn }) => urn.endsWith(`::${name}/namespace`)),
        isWritten,
      );
      const uid = async () => (await fleet.get("project", `kargo-${name}`)).metadata as { uid: string };
      const before = await uid();
      const printed = await up();
      assert.deepEqual([printed.code, printed.recovered.length], [0, 1], printed.output);
      assert.equal((await uid()).uid, before.uid);
      await assertSettled();
    });

  it("finishes what it has begun at Ctrl-C, and begins nothing else", async () => {
    const first = fleet.begin(["--whole"]);
    await first.said(/wave 1 of 3/);
    first.interrupt();
    const { code, output } = await first.ended;
    assert.equal(code, 3, output);
    assert.match(output, /it was interrupted\n[\s\S]*not begun {2}the rest/);
    assert.deepEqual([await fleet.locks("test"), await fleet.locks("test-2")], [[], []]);
    assert.equal((await up()).code, 0);
    await assertSettled();
  });

  it("loses nothing when the disk is full for the state: it names the complete copy, and goes on from it", async () => {
    await fleet.list({
      ...SERVICES,
      shop: {},
      mail: { warehouse: { interval: "2h" } },
      lost: {},
      quay: {},
      late: { warehouse: { interval: "2h" } },
    });
    const full = await fleet.begin(["--json"], 40).ended;
    assert.equal(full.code, 3, full.output);
    // A file backend has then written a part of a file, for each stack that ran.
    let next = await fleet.fleet("up");
    assert.equal(next.code, 1, next.output);
    for (let cut = 0; next.code !== 0 && cut < 2; cut++) {
      const [, copy = "", file = ""] = /copy the newest over it: cp (\S+) (\S+)\n/.exec(next.output) ?? [];
      assert.notEqual(copy, "", next.output);
      await copyFile(copy, file);
      next = await fleet.fleet("up");
    }
    assert.equal(next.code, 0, next.output);
    await assertSettled();
  });
});
