import assert from "node:assert/strict";
import { resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service } from "../sources.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { PIPELINES } from "./sharded-stack.ts";

describe("a stack that has its services itself", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let base: FleetStack;
  before(async () => {
    base = await openFleetStack(["whole-0", "whole-1"]);
  });
  after(async () => {
    for (const name of ["test-00", "test-01"]) {
      await pulumi("state", "unprotect", "--all", "--yes", "--stack", name);
      await pulumi("destroy", "--yes", "--skip-preview", "--stack", name);
    }
    await base?.close();
  });
  const options = () => ({ cwd: base.folder, env: base.environment, reject: false, all: true }) as const;
  const pulumi = (...args: readonly string[]) => execa("pulumi", [...args, "--non-interactive"], options());

  it("is divided into shards by fleet reshard, and is refused if only its file says so", async () => {
    const names = ["whole-0", "whole-1"];
    await base.writeCatalogue(catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))));
    await base.writeConfig({ pipelines: PIPELINES });
    const first = await base.up();
    assert.ok(!first.failed, first.output);
    const objects = await base.objects();
    await base.writeConfig({ pipelines: PIPELINES, shards: "2" });
    const refused = await base.up();
    assert.match(refused.output, /To move them, run: npm run fleet -- reshard --to 2 test\. .*\[KF092\]/);
    const args = [resolve("fleet/main.ts"), "reshard", "--to", "2", "test", "--yes"];
    const { all, exitCode } = await execa("node", args, options());
    assert.equal(exitCode, 0, all);
    assert.match(all, /2 services move[\s\S]*show nothing to change/);
    assert.deepEqual(await base.objects(), objects);
    const next = await base.up();
    assert.ok(!next.failed, next.output);
    assert.deepEqual(await base.objects(), objects);
  });
});
