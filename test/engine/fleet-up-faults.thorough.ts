import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { kubectl } from "./commands.ts";
import { openUpFleet, SERVICES, stacksOf, type UpFleet } from "./up-fleet.ts";

describe("fleet up with broken services, beside others, and after a kill", () => {
  let fleet: UpFleet;

  before(async () => {
    fleet = await openUpFleet();
    const first = await fleet.up();
    assert.equal(first.code, 0, first.output);
  });
  after(() => fleet?.close());

  it("reports a service that cannot be made and makes the others, or stops if --max-broken permits fewer", async () => {
    await fleet.list({
      ...SERVICES,
      shop: { repository: "acme/nowhere", labels: { tier: "canary" } },
      mail: { labels: { tier: "canary" } },
    });
    const strict = await fleet.up("--max-broken", "10");
    assert.deepEqual(
      [strict.code, strict.waves[1]?.stops, strict.left],
      [3, ["1 of 3 services could not be made"], ["the rest"]],
      strict.output,
    );
    const printed = await fleet.up();
    assert.deepEqual(
      [printed.code, printed.outcome, Object.keys(printed.broken)],
      [2, "broken", ["shop"]],
      printed.output,
    );
    assert.match(printed.broken.shop?.join() ?? "", /sees no repository acme\/nowhere[\s\S]*\[KF100\]/);
    assert.ok((await fleet.projects()).includes("mail"));
    await fleet.list({ ...SERVICES, shop: {}, mail: {} });
    assert.equal((await fleet.up()).code, 0);
    await fleet.assertSettled();
  });

  it("finds what somebody else's up changed since", async () => {
    const by = await fleet.pulumi("up", "--stack", "test-2", "--yes", "--skip-preview");
    assert.equal(by.code, 0, by.output);
    assert.deepEqual(stacksOf(await fleet.up()), [[], ["test-2"], ["test-2"]]);
  });

  it("refuses a part of a stack in an up without targets, and deletes nothing", async () => {
    const only = JSON.stringify({ services: ["auth"], platform: false });
    process.env.KARGO_FLEET_ONLY = only;
    const { code, output } = await fleet
      .pulumi("up", "--stack", "test", "--yes", "--skip-preview")
      .finally(() => delete process.env.KARGO_FLEET_ONLY);
    assert.notEqual(code, 0);
    assert.match(output, /KARGO_FLEET_ONLY is set, which is only valid in a preview and with targets/);
    assert.equal((await fleet.projects()).length, Object.keys({ ...SERVICES, shop: 0, mail: 0 }).length);
  });

  it("deletes a service that is no longer listed, after the wave of another one in its stack", async () => {
    // So that fleet up does not know what is there.
    await fleet.pulumi("up", "--stack", "test-2", "--yes", "--skip-preview");
    const canary = { ...SERVICES.canary, warehouse: { interval: "1h" } };
    await fleet.list({ ...SERVICES, canary, mail: {} });
    const printed = await fleet.up();
    assert.deepEqual([printed.code, printed.broken], [0, {}], printed.output);
    assert.ok(!(await fleet.projects()).includes("shop"));
    await fleet.assertSettled();
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
      // One kind: a list of all kinds may take longer than the rest of the wave.
      const project = ["get", "project", `kargo-${name}`, "--ignore-not-found", "-o", "name"];
      for (let tries = 0; (await kubectl(fleet, project)) === "" && tries < 300; tries++) await pause(50);
      await victim.kill();
      assert.equal((await fleet.locks("test-2")).length > 0, true);
      const { resources } = await fleet.state("test-2");
      assert.equal(
        resources.some(({ urn }) => urn.endsWith(`::${name}/namespace`)),
        isWritten,
      );
      const uid = async () => (await fleet.get("project", `kargo-${name}`)).metadata as { uid: string };
      const before = await uid();
      const printed = await fleet.up();
      assert.deepEqual([printed.code, printed.recovered.length], [0, 1], printed.output);
      assert.equal((await uid()).uid, before.uid);
      await fleet.assertSettled();
    });

  it("finishes what it has begun at Ctrl-C, and begins nothing else", async () => {
    const first = fleet.begin(["--whole"]);
    await first.said(/wave 1 of 3/);
    first.interrupt();
    const { code, output } = await first.ended;
    assert.equal(code, 3, output);
    assert.match(output, /it was interrupted\n[\s\S]*not begun {2}the rest/);
    assert.deepEqual([await fleet.locks("test"), await fleet.locks("test-2")], [[], []]);
    assert.equal((await fleet.up()).code, 0);
    await fleet.assertSettled();
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
    await fleet.assertSettled();
  });
});
