import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sharedPrograms } from "./control-plane.ts";
import { processesOf, startIn } from "./npm-start.ts";

describe("npm start after a kill -9 of an earlier run", () => {
  let folder = "";

  before(async () => {
    await sharedPrograms();
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-start-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("stops what is left of that run, and ends as usual", async () => {
    const killed = startIn(folder);
    for await (const line of killed.iterable({ from: "all" })) {
      if (line.includes("installing them")) killed.kill("SIGKILL");
    }
    assert.notDeepEqual(await processesOf(folder), []);
    const { exitCode, all } = await startIn(folder, "--once");
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await processesOf(folder), []);
  });
});
