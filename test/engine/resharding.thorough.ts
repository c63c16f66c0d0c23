import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { reencrypted } from "../../fleet/shards/stacks.ts";
import { OPERATED, shardStack, shardsOf } from "../../model/shards.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, MASTER_SECRET, TOKEN } from "./fleet-stack.ts";
import {
  assertDivided,
  NAMES,
  openShardedStack,
  PIPELINES,
  type ShardedStack,
  wanted,
} from "./sharded-stack.ts";

describe("the shards of a stack, one by one and in other numbers", () => {
  let sharded: ShardedStack;
  let base: FleetStack;
  /** The uid of every namespace of a Kargo Project, and the hooks, after the first up. */
  let made: ReadonlyMap<string, string>;
  let hooks: readonly string[];

  before(async () => {
    sharded = await openShardedStack(4);
    base = sharded.base;
    await sharded.fleet("shards", "test");
  });
  after(() => sharded?.close());

  const fleet = (...args: readonly string[]) => sharded.fleet(...args);
  const up = (name: string) => sharded.up(name);
  /** Nothing was deleted, created or replaced, and each state is right. */
  const assertMoved = async (count: number) => {
    await assertDivided(sharded, count);
    assert.deepEqual(await sharded.uids(), made);
    assert.deepEqual(sharded.hooks(), hooks);
  };

  it("refuses the first up of a shard before an up of the stack that the shards share", async () => {
    const { output, code } = await up("test-00");
    assert.notEqual(code, 0);
    assert.match(
      output,
      /no up of test has made what the shards share\. Run first: pulumi up --stack test \[KF123\]/,
    );
  });

  it("makes what the cluster shares, and each shard its services, by a plain pulumi up", async () => {
    await succeeds(base.up());
    for (const { index } of shardsOf("test", 4)) await succeeds(up(shardStack("test", index)));
    made = await sharded.uids();
    hooks = sharded.hooks();
    assert.equal(hooks.length, NAMES.length);
    assert.equal(made.size, 3 * NAMES.length);
    assert.deepEqual(await sharded.homes(), wanted(4));
  });

  it("is brought up with all its shards by fleet up, which changes nothing after the plain ups", async () => {
    const { output } = await succeeds(fleet("up", "test", "--whole", "--json"));
    for (const name of await sharded.stacks()) assert.ok(output.includes(`"${name}"`), output);
    assert.deepEqual(await sharded.uids(), made);
    assert.deepEqual(sharded.hooks(), hooks);
  });

  it("refuses a shard's file that differs from its base, but not the config that the operator writes into a pod", async () => {
    const file = join(base.folder, "Pulumi.test-00.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace(/(kargo-fleet:cluster:\n)/, "$1    qps: 60\n"));
    const byHand = await pulumiIn(base, "preview", "--stack", "test-00");
    assert.match(
      byHand.output,
      /Pulumi\.test-00\.yaml:\d+:\d+ .*qps {2}is not what Pulumi\.test\.yaml says.*\[KF120\]/,
    );
    const pod = { folder: base.folder, environment: { ...base.environment, [OPERATED]: "true" } };
    await succeeds(pulumiIn(pod, "preview", "--stack", "test-00"));
    await writeFile(file, text);
  });

  it("divides its services into more shards by fleet reshard, without a deletion or a replacement", async () => {
    const dry = await fleet("reshard", "--to", "7", "test", "--dry-run");
    assert.equal(dry.code, 2, dry.output);
    assert.match(dry.output, /^test: from 4 shards to 7: \d+ services move\.$/m);
    const unasked = await fleet("reshard", "--to", "7", "test");
    assert.match(unasked.output, /nobody can be asked\. Add --yes/);
    assert.deepEqual(await sharded.homes(), wanted(4));
    const { output } = await succeeds(fleet("reshard", "--to", "7", "test", "--yes"));
    assert.match(output, /^Moved\. The previews of \d stacks show nothing to change\.$/m);
    await assertMoved(7);
  });

  it("changes nothing in the next up of every stack that has services", async () => {
    for (const stack of new Set([...wanted(7).values()].flat())) {
      const { output } = await succeeds(up(stack));
      assert.doesNotMatch(output, /\d+ (created|deleted|replaced|updated)/);
    }
    assert.deepEqual(await sharded.uids(), made);
  });

  for (const [to, line] of [
    [4, /services come to/],
    [7, /services leave/],
    [4, /services leave/],
  ] as const)
    it(`is never without a service when fleet reshard --to ${to} is killed at "${line.source}", refuses every up, and is right after a second run`, async () => {
      const { output: planned } = await fleet("reshard", "--to", String(to), "test", "--dry-run");
      assert.match(planned, /services move/);
      const args = [resolve("fleet/main.ts"), "reshard", "--to", String(to), "test", "--yes"];
      const options = { cwd: base.folder, env: base.environment, reject: false, all: true } as const;
      const child = execa("node", args, { ...options, detached: true });
      let lines = 0;
      for await (const text of child.iterable({ from: "all" })) {
        if (!line.test(text) || ++lines < 2) continue;
        // Its calls of the CLI die with it.
        process.kill(-(child.pid ?? 0), "SIGKILL");
        break;
      }
      await child;
      assert.equal(lines, 2);
      for (const [name, found] of await sharded.homes()) assert.ok([1, 2].includes(found.length), name);
      const unfinished = new RegExp(`a reshard of test to ${to} shards has not ended`);
      assert.match((await fleet("recover", "--stack", "test-00")).output, unfinished);
      for (const stack of ["test", "test-00", "test-03"]) {
        const refused = await up(stack);
        // A killed import may leave a lock, which refuses too.
        if (!/currently locked/.test(refused.output)) assert.match(refused.output, unfinished);
        assert.notEqual(refused.code, 0);
      }
      await succeeds(fleet("reshard", "--to", String(to), "test", "--yes"));
      await assertMoved(to);
      assert.deepEqual(await sharded.stacks(), [
        "test",
        ...shardsOf("test", to).map(({ index }) => shardStack("test", index)),
      ]);
    });

  it("refuses the up of a shard with another number of shards", async () => {
    await base.writeConfig({ shards: "5", pipelines: PIPELINES });
    await succeeds(fleet("shards", "test"));
    const { output, code } = await up("test-04");
    assert.notEqual(code, 0);
    assert.match(output, /is 5, but the services of test are in 4 shards.*reshard --to 5 test \[KF123\]/);
    const own = await base.up();
    assert.match(own.output, /reshard --to 5 test \[KF123\]/);
    await base.writeConfig({ shards: "4", pipelines: PIPELINES });
    const kept = await fleet("shards", "test");
    assert.match(kept.output, /^Removed, because they have no service: test-04\.$/m);
  });

  it("keeps a surplus shard with services, and names fleet reshard", async () => {
    await base.writeConfig({ shards: "2", pipelines: PIPELINES });
    const { output, code } = await fleet("shards", "test");
    assert.equal(code, 2, output);
    assert.match(output, /Surplus, with services: test-02, test-03\..*reshard --to 2 test/);
    await base.writeConfig({ shards: "4", pipelines: PIPELINES });
    await succeeds(fleet("shards", "test"));
  });

  it("leaves no secret in plain text in a state", async () => {
    const folder = join(base.folder, "state/.pulumi/stacks/kargo-fleet");
    for (const file of await readdir(folder)) {
      const text = await readFile(join(folder, file), "utf8");
      for (const secret of [TOKEN, MASTER_SECRET]) assert.ok(!text.includes(secret), file);
      assert.ok(!text.includes('"plaintext"'), file);
    }
  });

  it("encrypts the secrets of a shard anew where each stack has its own key", async () => {
    const cwd = process.cwd();
    const [shard] = shardsOf("test", 4);
    assert.ok(shard);
    const document = parseStackFile(
      "Pulumi.test.yaml",
      await readFile(join(base.folder, "Pulumi.test.yaml"), "utf8"),
    );
    const environment = { ...process.env };
    process.chdir(base.folder);
    Object.assign(process.env, base.environment);
    try {
      const text = await reencrypted(document, shard, undefined);
      const file = join(base.folder, "Pulumi.test-00.yaml");
      const before = await readFile(file, "utf8");
      const secrets = (all: string) => /kargo-fleet:webhookMasterSecret:\n\s+secure: (.*)/.exec(all)?.[1];
      assert.notEqual(secrets(text), secrets(before));
      await writeFile(file, text);
      const get = ["config", "get", "kargo-fleet:webhookMasterSecret", "--stack", "test-00"];
      const { stdout } = await pulumiIn(base, ...get);
      assert.equal(stdout.trim(), MASTER_SECRET);
      await writeFile(file, before);
    } finally {
      process.chdir(cwd);
      for (const key of Object.keys(base.environment)) delete process.env[key];
      Object.assign(process.env, environment);
    }
  });
});
