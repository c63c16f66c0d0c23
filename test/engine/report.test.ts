import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogueOf } from "../sources.ts";
import { succeeds } from "./commands.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, TOKEN } from "./fleet-stack.ts";

describe("fleet report --last-up", function () {
  this.timeout(300_000);
  let stack: FleetStack;
  let log = "";
  before(async () => {
    stack = await openFleetStack(["nginx"], {
      config: { protect: "false", platform: "false" },
      catalogue: catalogueOf({ nginx: { build: false } }),
    });
    log = join(stack.folder, "up.jsonl");
    const { events } = await succeeds(stack.kept("up", "--yes", "--skip-preview"));
    await writeFile(log, events);
  });
  after(() => stack.close());

  it("shows what a real up did, and no secret", async () => {
    const { output } = await succeeds(stack.fleet("report", "--last-up", "--events", log));
    assert.match(output, /^## ✅ Done: 1 service changed/);
    assert.match(output, /\| test \| nginx \| create \| .*Stage ×3 created/);
    assert.match(output, /^\+ Stage nginx\//m);
    for (const secret of [TOKEN, MASTER_SECRET]) assert.ok(!output.includes(secret));
  });

  it("reports an interrupted up, and exits with 3", async () => {
    const torn = join(stack.folder, "torn.jsonl");
    await writeFile(torn, (await readFile(log, "utf8")).slice(0, -400));
    const { output, code } = await stack.fleet("report", "--last-up", "--events", torn);
    assert.equal(code, 3, output);
    assert.match(output, /^## ❌ The up failed on test\./);
    assert.match(output, /The log is truncated: the up was interrupted/);
  });

  it("explains how to get a log if there is none", async () => {
    const { output, code } = await stack.fleet("report", "--last-up");
    assert.equal(code, 1);
    assert.match(output, /\.kargo-fleet\/test\.up\.jsonl {2}does not exist/);
  });
});
