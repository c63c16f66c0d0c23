import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { delimiter } from "node:path";
import { exportedState, stacksThere } from "../../shards/stacks.ts";
import { removedFolders } from "../folder.ts";

/** A CLI that dies in the middle of a state. */
const DYING = `#!/bin/sh
printf '{"version":3,"deployment":{"secret":"hunter2"\\n'
kill -9 $$
`;

describe("the stacks of shards", () => {
  const { PATH } = process.env;
  const folder = removedFolders();
  afterEach(() => {
    process.env.PATH = PATH;
  });

  it("show no part of a state in an error, because its secrets are in plain text", async () => {
    const { path } = await folder({ pulumi: DYING });
    await chmod(`${path}/pulumi`, 0o755);
    process.env.PATH = `${path}${delimiter}${PATH}`;
    await assert.rejects(exportedState("prod-00"), (error: Error) => {
      assert.match(error.message, /^pulumi stack export failed/);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  });

  it("are listed without reading a state in a file backend: plain and compressed ones, and no backup", async () => {
    const place = ".pulumi/stacks/kargo-fleet";
    const names = ["prod.json", "prod-00.json.gz", "prod.json.bak", "gone.json.bak", "prod.json.attrs"];
    const { path } = await folder(Object.fromEntries(names.map((name) => [`${place}/${name}`, "no JSON"])));
    assert.deepEqual(await stacksThere(`file://${path}`), new Set(["prod", "prod-00"]));
  });
});
