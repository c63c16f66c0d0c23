import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { delimiter } from "node:path";
import { shardText } from "../../../model/shard-file.ts";
import { shardsOf } from "../../../model/shards.ts";
import { parseStackFile } from "../../../model/stack-file.ts";
import { catalogueText, service, stackText } from "../../../test/sources.ts";
import { fleetCommand } from "../commands.ts";
import { removedFolders } from "../folder.ts";

const BASE = `encryptionsalt: v1:salt\n${stackText({ shards: "2" })}`;
const [FIRST] = shardsOf("prod", 2);
assert.ok(FIRST);
const RIGHT = shardText(parseStackFile("Pulumi.prod.yaml", BASE), FIRST);
const FILES = { "services.json": catalogueText({ nginx: service("nginx") }), "Pulumi.prod.yaml": BASE };

describe("fleet shards --check", function () {
  this.timeout(60_000);
  const folder = removedFolders();
  const check = async (texts: Readonly<Record<string, string>>, ...args: string[]) =>
    (await folder({ ...FILES, ...texts })).run("shards", "--check", ...args);

  it("is content with right files and with missing ones", async () => {
    assert.deepEqual(await check({ "Pulumi.prod-00.yaml": RIGHT }), {
      exitCode: 0,
      stdout: "Every file is right.\n",
      stderr: "",
    });
  });

  it("names outdated files and those of surplus shards, with exit code 2", async () => {
    const { stdout, exitCode } = await check({
      "Pulumi.prod-00.yaml": RIGHT.replace("registry.example", "other.example"),
      "Pulumi.prod-02.yaml": RIGHT.replace("index: 1", "index: 3").replace("of: 2", "of: 3"),
    });
    assert.deepEqual(
      [stdout, exitCode],
      ["Pulumi.prod-00.yaml is outdated.\nPulumi.prod-02.yaml is outdated.\n", 2],
    );
  });

  it("notices that a secret of the base changed", async () => {
    const { stdout } = await check({ "Pulumi.prod-00.yaml": RIGHT.replace("v1:abc", "v1:old") }, "--json");
    assert.deepEqual(JSON.parse(stdout), { outdated: ["Pulumi.prod-00.yaml"] });
  });

  it("touches no stack that somebody wrote by hand under the name of a shard", async () => {
    const { stderr, exitCode } = await check({ "Pulumi.prod-01.yaml": stackText() });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Pulumi\.prod-01\.yaml was not written by fleet shards, so it is kept\./);
  });

  it("says how to begin if no stack has shards", async () => {
    const { stderr, exitCode } = await check({ "Pulumi.prod.yaml": stackText() });
    assert.deepEqual([exitCode, /Write for example kargo-fleet:shards: 4/.test(stderr)], [1, true]);
    assert.match((await check({}, "pord")).stderr, /^Pulumi\.pord\.yaml has no valid kargo-fleet:shards\./);
  });
});

/** A CLI with two stacks, of which the second has only the name of a shard. */
const CLI = `#!/bin/sh
case "$*" in
  whoami*) echo '{"url":"https://api.pulumi.example/acme"}' ;;
  "stack ls"*) echo '[{"name":"prod"},{"name":"prod-10"}]' ;;
  "stack export"*) echo '{"version":3,"deployment":{"manifest":{},"resources":[]}}' ;;
  *) echo "error: unexpected $*" >&2; exit 1 ;;
esac
`;

describe("fleet reshard", function () {
  this.timeout(60_000);
  const folder = removedFolders();

  it("takes a whole number of shards from 1 to 256", async () => {
    const { run } = await folder(FILES);
    for (const to of ["0", "257", "1.5", "many"]) {
      const { stderr, exitCode } = await run("reshard", "prod", "--to", to);
      assert.equal(exitCode, 1);
      assert.match(stderr, /Write a whole number from 1 to 256\./);
    }
  });

  it("removes no stack that somebody wrote by hand under the name of a shard, even without a service", async () => {
    const { path } = await folder({ ...FILES, pulumi: CLI, "Pulumi.prod-10.yaml": stackText() });
    await chmod(`${path}/pulumi`, 0o755);
    const PATH = `${path}${delimiter}${process.env.PATH}`;
    const args = ["reshard", "prod", "--to", "3", "--dry-run", "--owner-is-dead"];
    const { exitCode, stderr, stdout } = await fleetCommand(args, path, { PATH });
    assert.equal(exitCode, 1, stdout);
    assert.match(
      stderr,
      /prod-10 has the name of a shard of prod, but fleet shards did not write Pulumi\.prod-10\.yaml/,
    );
  });
});
