import assert from "node:assert/strict";
import { shardText } from "../../../model/shard-file.ts";
import { shardsOf } from "../../../model/shards.ts";
import { parseStackFile } from "../../../model/stack-file.ts";
import { catalogueText, service, stackText } from "../../../test/sources.ts";
import { type Folder, folderOf } from "../folder.ts";

const BASE = `encryptionsalt: v1:salt\n${stackText({ shards: "2" })}`;
const [FIRST] = shardsOf("prod", 2);
assert.ok(FIRST);
const RIGHT = shardText(parseStackFile("Pulumi.prod.yaml", BASE), FIRST);
const FILES = { "services.json": catalogueText({ nginx: service("nginx") }), "Pulumi.prod.yaml": BASE };

describe("fleet shards --check", function () {
  this.timeout(60_000);
  const folders: Folder[] = [];
  const check = async (texts: Readonly<Record<string, string>>, ...args: string[]) => {
    const folder = await folderOf({ ...FILES, ...texts });
    folders.push(folder);
    return folder.run("shards", "--check", ...args);
  };
  after(async () => {
    for (const folder of folders) await folder.remove();
  });

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

describe("fleet reshard", () => {
  it("takes a whole number of shards from 1 to 256", async () => {
    const folder = await folderOf(FILES);
    try {
      for (const to of ["0", "257", "1.5", "many"]) {
        const { stderr, exitCode } = await folder.run("reshard", "prod", "--to", to);
        assert.equal(exitCode, 1);
        assert.match(stderr, /Write a whole number from 1 to 256\./);
      }
    } finally {
      await folder.remove();
    }
  });
});
