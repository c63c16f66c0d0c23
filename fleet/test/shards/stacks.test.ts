import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { delimiter } from "node:path";
import { exportedState, stacksThere } from "../../shards/stacks.ts";
import { type Folder, folderOf } from "../folder.ts";

/** A CLI that dies in the middle of a state. */
const DYING = `#!/bin/sh
printf '{"version":3,"deployment":{"secret":"hunter2"\\n'
kill -9 $$
`;

describe("the state of a shard", () => {
  const { PATH } = process.env;
  let folder: Folder;
  before(async () => {
    folder = await folderOf({ pulumi: DYING });
    await chmod(`${folder.path}/pulumi`, 0o755);
    process.env.PATH = `${folder.path}${delimiter}${PATH}`;
  });
  after(async () => {
    process.env.PATH = PATH;
    await folder.remove();
  });

  it("is in no error, not even a part of it, because its secrets are in plain text", async () => {
    await assert.rejects(exportedState("prod-00"), (error: Error) => {
      assert.match(error.message, /^pulumi stack export failed/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });
});

describe("the stacks of a file backend", () => {
  it("are listed without reading a state: plain and compressed ones, and no backup", async () => {
    const place = ".pulumi/stacks/kargo-fleet";
    const names = ["prod.json", "prod-00.json.gz", "prod.json.bak", "gone.json.bak", "prod.json.attrs"];
    const folder = await folderOf(Object.fromEntries(names.map((name) => [`${place}/${name}`, "no JSON"])));
    try {
      assert.deepEqual(await stacksThere(`file://${folder.path}`), new Set(["prod", "prod-00"]));
    } finally {
      await folder.remove();
    }
  });
});
