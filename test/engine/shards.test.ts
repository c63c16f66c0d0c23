import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { parseState } from "../../fleet/recovery/state.ts";
import { servicesIn } from "../../fleet/shards/deployment.ts";
import { reencrypted } from "../../fleet/shards/stacks.ts";
import { shardOf, shardStack, shardsOf } from "../../model/shards.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { catalogueText, service } from "../sources.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, TOKEN } from "./fleet-stack.ts";

const NAMES = Array.from({ length: 12 }, (_, index) => `sharded-${index}`);
const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";

describe("a stack with shards", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let base: FleetStack;
  /** The uid of every namespace of a Kargo Project, and the hooks, after the first up. */
  let made: ReadonlyMap<string, string>;
  let hooks: readonly string[];

  before(async () => {
    base = await openFleetStack(NAMES);
    await base.writeCatalogue(catalogueText(Object.fromEntries(NAMES.map((name) => [name, service(name)]))));
    await base.writeConfig({ shards: "4", pipelines: PIPELINES });
  });
  after(async () => {
    for (const name of await stacks()) {
      if (name === "test") continue;
      await pulumi("state", "unprotect", "--all", "--yes", "--stack", name);
      await pulumi("destroy", "--yes", "--skip-preview", "--stack", name);
    }
    await base?.close();
  });

  const fleet = async (...args: readonly string[]) => {
    const { all, exitCode } = await execa("node", [resolve("fleet/main.ts"), ...args], options());
    return { output: all, code: exitCode };
  };
  const pulumi = async (...args: readonly string[]) => {
    const { all, exitCode } = await execa("pulumi", [...args, "--non-interactive"], options());
    return { output: all, code: exitCode };
  };
  const options = () => ({ cwd: base.folder, env: base.environment, reject: false, all: true }) as const;
  const up = (name: string) => pulumi("up", "--yes", "--skip-preview", "--stack", name);
  const stacks = async () => {
    const { stdout } = await execa("pulumi", ["stack", "ls", "--json"], options());
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
  };
  /** The stacks of each service, by its own state. */
  const homes = async () => {
    const found = new Map(NAMES.map((name): [string, string[]] => [name, []]));
    for (const stack of await stacks()) {
      const { stdout } = await execa("pulumi", ["stack", "export", "--stack", stack], options());
      for (const name of servicesIn(parseState(stdout).resources)) found.get(name)?.push(stack);
    }
    return found;
  };
  const wanted = (count: number) =>
    new Map(NAMES.map((name) => [name, [shardStack("test", shardOf(name, count))]]));
  const uids = async () => {
    const kinds = "namespaces,stages.kargo.akuity.io,warehouses.kargo.akuity.io";
    const args = ["--kubeconfig", base.admin, "get", kinds, "-A", "-o", "json"];
    const { stdout } = await execa("kubectl", args, options());
    const { items } = JSON.parse(stdout) as {
      items: { kind: string; metadata: { uid: string; name: string; namespace?: string } }[];
    };
    return new Map(
      items
        .filter(({ metadata: { name, namespace } }) => (namespace ?? name).startsWith("kargo-sharded-"))
        .map(({ kind, metadata: { uid, name, namespace } }) => [`${kind} ${namespace}/${name}`, uid]),
    );
  };
  const allHooks = () =>
    NAMES.flatMap((name) => base.github.hooks(`acme/${name}`).map(({ id }) => `${name} ${id}`));
  /** Nothing was deleted, created or replaced, and each state is right. */
  const assertMoved = async (count: number) => {
    assert.deepEqual(await homes(), wanted(count));
    assert.deepEqual(await uids(), made);
    assert.deepEqual(allHooks(), hooks);
    const files = (await readdir(base.folder)).filter((file) => /^Pulumi\.test-\d+\.yaml$/.test(file));
    assert.deepEqual(
      files.sort(),
      shardsOf("test", count).map(({ index }) => `Pulumi.${shardStack("test", index)}.yaml`),
    );
  };

  it("gets the files and stacks of its shards by fleet shards, which changes nothing the second time", async () => {
    const first = await fleet("shards", "test");
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /^test: 4 shards, 4 files written, 4 stacks made\.$/m);
    assert.deepEqual(await stacks(), ["test", "test-00", "test-01", "test-02", "test-03"]);
    const second = await fleet("shards", "test");
    assert.match(second.output, /^test: 4 shards, 0 files written, 0 stacks made\.$/m);
    assert.equal((await fleet("shards", "--check")).code, 0);
  });

  it("refuses the up of a shard before its own", async () => {
    const { output, code } = await up("test-00");
    assert.notEqual(code, 0);
    assert.match(
      output,
      /no up of test has made what the shards share\. Run first: pulumi up --stack test \[KF123\]/,
    );
  });

  it("makes what the cluster shares, and each shard its services, by a plain pulumi up", async () => {
    const shared = await base.up();
    assert.ok(!shared.failed, shared.output);
    for (const { index } of shardsOf("test", 4)) {
      const { output, code } = await up(shardStack("test", index));
      assert.equal(code, 0, output);
    }
    made = await uids();
    hooks = allHooks();
    assert.equal(hooks.length, NAMES.length);
    assert.equal(made.size, 3 * NAMES.length);
    assert.deepEqual(await homes(), wanted(4));
  });

  it("divides its services into more shards by fleet reshard, without a deletion or a replacement", async () => {
    const dry = await fleet("reshard", "--to", "7", "test", "--dry-run");
    assert.equal(dry.code, 2, dry.output);
    assert.match(dry.output, /^test: from 4 shards to 7: \d+ services move\.$/m);
    const unasked = await fleet("reshard", "--to", "7", "test");
    assert.match(unasked.output, /Nobody can be asked here\. Add --yes/);
    assert.deepEqual(await homes(), wanted(4));
    const { output, code } = await fleet("reshard", "--to", "7", "test", "--yes");
    assert.equal(code, 0, output);
    assert.match(output, /^Moved\. The previews of \d stacks show nothing to change\.$/m);
    await assertMoved(7);
  });

  it("changes nothing in the next up of every stack", async () => {
    for (const { index } of shardsOf("test", 7)) {
      const { output, code } = await up(shardStack("test", index));
      assert.equal(code, 0, output);
      assert.doesNotMatch(output, /\d+ (created|deleted|replaced|updated)/);
    }
    assert.deepEqual(await uids(), made);
  });

  it("is never without a service when fleet reshard is killed, refuses every up, and is right after a second run", async () => {
    const child = execa("node", [resolve("fleet/main.ts"), "reshard", "--to", "4", "test", "--yes"], {
      ...options(),
      detached: true,
    });
    let arrivals = 0;
    for await (const line of child.iterable({ from: "all" }))
      if (/services (come to|leave)/.test(line) && ++arrivals === 2) {
        // Its calls of the CLI die with it.
        process.kill(-(child.pid ?? 0), "SIGKILL");
        break;
      }
    await child;
    assert.equal(arrivals, 2);
    for (const [name, found] of await homes()) assert.ok(found.length === 1 || found.length === 2, name);
    const refused = await fleet("recover", "--stack", "test-00");
    assert.match(refused.output, /a reshard of test to 4 shards has not ended/);
    const again = await fleet("reshard", "--to", "4", "test", "--yes");
    assert.equal(again.code, 0, again.output);
    await assertMoved(4);
    assert.deepEqual(await stacks(), ["test", "test-00", "test-01", "test-02", "test-03"]);
  });

  it("refuses the up of a shard with another number of shards", async () => {
    await base.writeConfig({ shards: "5", pipelines: PIPELINES });
    assert.equal((await fleet("shards", "test")).code, 0);
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
    assert.equal((await fleet("shards", "test")).code, 0);
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
      const { stdout } = await execa(
        "pulumi",
        ["config", "get", "kargo-fleet:webhookMasterSecret", "--stack", "test-00"],
        options(),
      );
      assert.equal(stdout.trim(), MASTER_SECRET);
      await writeFile(file, before);
    } finally {
      process.chdir(cwd);
      for (const key of Object.keys(base.environment)) delete process.env[key];
      Object.assign(process.env, environment);
    }
  });
});
