import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { openUpFleet, SERVICES, stacksOf, type UpFleet } from "./up-fleet.ts";

describe("fleet up, on a real engine and API server", () => {
  let fleet: UpFleet;

  before(async () => {
    fleet = await openUpFleet();
  });
  after(() => fleet?.close());

  it("brings up the platform, then the services with the labels, then the rest", async () => {
    const printed = await fleet.up("--report", "up.md");
    assert.deepEqual([printed.code, printed.outcome, printed.next], [0, "done", null], printed.output);
    assert.deepEqual(
      printed.waves.map(({ name }) => name),
      ["the platform", "tier=canary", "the rest"],
    );
    assert.deepEqual(stacksOf(printed), [["test"], ["test-2"], ["test", "test-2"]]);
    assert.match(printed.output, /wave 2 of 3 \(tier=canary\): stack test-2 is up after \d+ s/);
    assert.match(await readFile(`${fleet.folder}/up.md`, "utf8"), /canary/);
    await fleet.assertSettled();
  });

  it("leaves what pulumi up has nothing to do with", async () => {
    for (const stack of ["test", "test-2"]) {
      const preview = await fleet.pulumi("preview", "--stack", stack, "--expect-no-changes");
      assert.equal(preview.code, 0, preview.output);
    }
  });

  it("does nothing again, and says so", async () => {
    const printed = await fleet.up();
    assert.deepEqual(stacksOf(printed), [[], [], []], printed.output);
    assert.equal(printed.code, 0);
  });

  it("brings up only the service whose entry changed", async () => {
    await fleet.list({ ...SERVICES, auth: { warehouse: { interval: "1h" } } });
    const printed = await fleet.up();
    assert.deepEqual(stacksOf(printed), [[], [], ["test"]], printed.output);
    assert.equal(printed.waves[2]?.runs[0]?.changes, "~1");
    const { spec } = (await fleet.get("warehouse", "auth", "kargo-auth")) as { spec: { interval: string } };
    assert.equal(spec.interval, "1h0m0s");
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
    const printed = await fleet.up("--wait", "1");
    assert.deepEqual([printed.code, printed.outcome], [3, "stopped"], printed.output);
    assert.match(
      printed.waves[1]?.stops.join() ?? "",
      /Stage kargo-canary\/dev Kargo has not seen its change yet/,
    );
    assert.deepEqual([printed.left, printed.next], [["the rest"], "npm run fleet -- up"]);
    const { spec } = (await fleet.get("warehouse", "late", "kargo-late")) as { spec: { interval: string } };
    assert.equal(spec.interval, "5m0s");
    await fleet.setStatus("stage", "dev", "kargo-canary", {});
    assert.equal((await fleet.up()).code, 0);
  });
});
