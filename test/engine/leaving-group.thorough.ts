import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { catalogueOf } from "../sources.ts";
import { fleetIn, kubectl, pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";
const CANARY = { canary: { labels: { tier: "canary" } } };
const SERVICES = { ...CANARY, auth: {}, late: {}, cart: {}, shop: {}, mail: {} };

/** Without notes of the last run, as after a kill, the platform is a run of its own before the waves. */
describe("a fleet up without notes, when the last service of a trigger group has left", () => {
  let base: FleetStack;

  const up = () => succeeds(fleetIn(base, "up", "test"));
  const sensors = async () => {
    const list = await kubectl(base, ["get", "sensors.argoproj.io", "-A", "--no-headers"]);
    return list.trim().split("\n").length;
  };

  before(async () => {
    const rollout = "{ waves: [{ labels: { tier: canary } }] }";
    base = await openFleetStack(Object.keys(SERVICES), {
      config: { pipelines: PIPELINES, protect: "false", rollout },
      catalogue: catalogueOf(SERVICES),
    });
    await up();
  });
  after(async () => {
    await pulumiIn(base, "destroy", "--yes", "--skip-preview", "--stack", "test");
    await base?.close();
  });

  it("goes on after the platform, and deletes the group in the last wave", async () => {
    const before = await sensors();
    await rm(join(base.folder, ".kargo-fleet"), { recursive: true });
    await base.writeCatalogue(catalogueOf(CANARY));
    await up();
    assert.ok((await sensors()) < before, "no group has left");
  });
});
