import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { shardStack, shardsOf } from "../../model/shards.ts";
import { openRepository } from "../repository.ts";
import { catalogueOf } from "../sources.ts";
import { succeeds } from "./commands.ts";
import type { FleetStack } from "./fleet-stack.ts";
import { NAMES, openShardedStack, type ShardedStack, wanted } from "./sharded-stack.ts";

describe("a stack with shards", () => {
  let sharded: ShardedStack;
  let base: FleetStack;

  before(async () => {
    sharded = await openShardedStack(2);
    base = sharded.base;
  });
  after(() => sharded?.close());

  const fleet = (...args: readonly string[]) => sharded.fleet(...args);

  it("gets the files and stacks of its shards by fleet shards, which changes nothing the second time", async () => {
    const first = await succeeds(fleet("shards", "test"));
    assert.match(first.output, /^test: 2 shards, 2 files written, 2 stacks made\.$/m);
    assert.deepEqual(await sharded.stacks(), ["test", "test-00", "test-01"]);
    const second = await fleet("shards", "test");
    assert.match(second.output, /^test: 2 shards, 0 files written, 0 stacks made\.$/m);
    await succeeds(fleet("shards", "--check"));
  });

  it("is brought up with all its shards by fleet up, each service once", async () => {
    await succeeds(fleet("up", "test"));
    assert.equal(sharded.hooks().length, NAMES.length);
    assert.equal((await sharded.uids()).size, 3 * NAMES.length);
    assert.deepEqual(await sharded.homes(), wanted(2));
  });

  it("is previewed by fleet preview without the files of its shards", async () => {
    const repository = await openRepository(base.folder);
    await repository.write({ ".gitignore": "*\n!/services.json\n!/Pulumi.test.yaml\n" });
    await repository.git("add", "--force", ".gitignore");
    await repository.commit();
    const [name = ""] = NAMES;
    const entries = Object.fromEntries(NAMES.map((each) => [each, {}]));
    await base.writeCatalogue(catalogueOf({ ...entries, [name]: { warehouse: { interval: "1h" } } }));
    const files = shardsOf("test", 2).map(({ index }) =>
      join(base.folder, `Pulumi.${shardStack("test", index)}.yaml`),
    );
    for (const file of files) await rm(file);
    const { output, code } = await fleet("preview", "--base", "main");
    await base.writeCatalogue(catalogueOf(NAMES));
    assert.equal(code, 0, output);
    const asked = [...output.matchAll(/asking the engine about .* of stack (\S+)/g)].map(
      ([, stack]) => stack,
    );
    assert.deepEqual(asked, wanted(2).get(name));
    assert.match(output, /spec\.interval|1h0m0s|Warehouse/);
    await succeeds(fleet("shards", "test"));
    assert.deepEqual(await sharded.homes(), wanted(2));
  });
});
