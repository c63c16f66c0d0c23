import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogueOf } from "../sources.ts";
import { type Ended, fleetIn, kubectl, pulumiIn, succeeds } from "./commands.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

/** By the hash of their names: the first two are in shard test-00, the others in test-01. */
const NAMES = ["auth", "late", "canary", "cart"];
const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";

describe("a half-lost state", () => {
  let base: FleetStack;
  /** The state of test-00 before its last service was added. */
  let older: string;
  /** The uid of every object, and the hooks, when everything was up. */
  let made: readonly string[];

  const fleet = (...args: readonly string[]) => fleetIn(base, ...args);
  const fileOf = (stack: string) => join(base.folder, "state/.pulumi/stacks/kargo-fleet", `${stack}.json`);
  const everything = async () => {
    const kinds = "namespaces,stages.kargo.akuity.io,applications.argoproj.io";
    const args = ["get", kinds, "-A", "-l", "kargo-fleet/stack=test", "-o", "jsonpath={..uid}"];
    const uids = await kubectl(base, args);
    const hooks = NAMES.flatMap((name) => base.github.hooks(`acme/${name}`).map(({ id }) => `${name} ${id}`));
    return [...uids.split(" ").sort(), ...hooks];
  };

  before(async () => {
    const config = { shards: "2", pipelines: PIPELINES, protect: "false" };
    base = await openFleetStack(NAMES, { config, catalogue: catalogueOf(NAMES.slice(1)) });
    await succeeds(fleet("up", "test"));
    older = await readFile(fileOf("test-00"), "utf8");
    await base.writeCatalogue(catalogueOf(NAMES));
    await succeeds(fleet("up", "test"));
    made = await everything();
    assert.equal(made.filter((name) => name.startsWith("auth ")).length, 1);
  });
  after(async () => {
    for (const shard of ["test-00", "test-01"])
      await pulumiIn(base, "destroy", "--yes", "--skip-preview", "--stack", shard);
    await base?.close();
  });

  /** The command that puts a copy in place, if a command has stopped with it. */
  function copyIn({ output, code }: Ended, what: RegExp, exit = 1) {
    assert.equal(code, exit, output);
    assert.match(output, what);
    const [, copy = "", place = ""] = /: cp (\S+) (\S+)\n/.exec(output) ?? [];
    assert.notEqual(copy, "", output);
    return [copy, place] as const;
  }

  /** Recovers a stack; then everything is as before, and an `up` has nothing to do. */
  async function converges(stack: string): Promise<void> {
    await succeeds(fleet("recover", "--stack", stack));
    await succeeds(fleet("up", "test"));
    assert.deepEqual(await everything(), made);
    await succeeds(pulumiIn(base, "preview", "--expect-no-changes", "--stack", stack));
  }

  /** The command that `fleet up` names, if it could not bring everything up. */
  async function nextOfUp(): Promise<string> {
    const { stdout, output, code } = await fleet("up", "test", "--json");
    assert.ok(code === 2 || code === 3, output);
    return (JSON.parse(stdout) as { next: string }).next;
  }

  for (const [what, damaged] of [
    ["is empty", () => ""],
    ["is cut in the middle", (text: string) => text.slice(0, text.length / 2)],
  ] as const)
    it(`of a shard, whose file ${what}, stops fleet up and fleet recover with the complete copy that brings it back`, async () => {
      const file = fileOf("test-00");
      await writeFile(file, damaged(await readFile(file, "utf8")));
      const unreadable = /The state of test-00 \(\S+\) cannot be read\. Complete copies, newest first/;
      const copy = copyIn(await fleet("up", "test"), unreadable, 3);
      assert.deepEqual(copyIn(await fleet("recover", "--stack", "test-00"), unreadable), copy);
      assert.deepEqual(await everything(), made);
      assert.equal(copy[1], file);
      await copyFile(...copy);
      await converges("test-00");
    });

  it("of a shard, whose file is missing, is made again by fleet up and filled by fleet recover", async () => {
    await rm(fileOf("test-00"));
    copyIn(
      await fleet("recover", "--stack", "test-00"),
      /The state of test-00 \(\S+\) is missing\. Complete/,
    );
    assert.match(await nextOfUp(), /recover --stack test-00 && npm run fleet -- up test$/);
    await converges("test-00");
  });

  it("of a shard, whose file is an older copy, is completed by the command that fleet up names", async () => {
    await writeFile(fileOf("test-00"), older);
    assert.match(await nextOfUp(), /recover --stack test-00 && npm run fleet -- up test$/);
    await converges("test-00");
  });

  it("of the stack with the shared objects stops the up of a shard, which does not advise to run that stack", async () => {
    const file = fileOf("test");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.slice(0, text.length / 2));
    const up = await pulumiIn(base, "up", "--yes", "--skip-preview", "--stack", "test-00");
    await writeFile(file, text);
    assert.notEqual(up.code, 0);
    assert.match(up.output, /What stack test has recorded of its shards cannot be read: /);
    assert.doesNotMatch(up.output, /Run first/);
  });

  it("of the stack with the shared objects, whose file is missing, stops fleet up, and fleet recover names the copy", async () => {
    await rm(fileOf("test"));
    assert.match(await nextOfUp(), /recover --stack test && npm run fleet -- up test$/);
    const missing = /The state of test \(\S+\) is missing\. Complete copies, newest first/;
    await copyFile(...copyIn(await fleet("recover", "--stack", "test"), missing));
    await converges("test");
  });
});
