import assert from "node:assert/strict";
import { catalogueOf } from "../sources.ts";
import { fleetIn, pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { PIPELINES } from "./sharded-stack.ts";

describe("a stack that has its services itself", () => {
  let base: FleetStack;
  before(async () => {
    const names = ["whole-0", "whole-1"];
    const config = { pipelines: PIPELINES };
    base = await openFleetStack(names, { config, catalogue: catalogueOf(names) });
  });
  after(async () => {
    for (const name of ["test-00", "test-01"]) {
      await pulumiIn(base, "state", "unprotect", "--all", "--yes", "--stack", name);
      await pulumiIn(base, "destroy", "--yes", "--skip-preview", "--stack", name);
    }
    await base?.close();
  });

  it("is divided into shards by fleet reshard, and is refused if only its file says so", async () => {
    await succeeds(base.up());
    const objects = await base.objects();
    await base.writeConfig({ pipelines: PIPELINES, shards: "2" });
    const refused = await base.up();
    assert.match(refused.output, /To move them, run: npm run fleet -- reshard --to 2 test\. .*\[KF092\]/);
    const { output } = await succeeds(fleetIn(base, "reshard", "--to", "2", "test", "--yes"));
    assert.match(output, /2 services move[\s\S]*show nothing to change/);
    assert.deepEqual(await base.objects(), objects);
    await succeeds(base.up());
    assert.deepEqual(await base.objects(), objects);
  });
});
