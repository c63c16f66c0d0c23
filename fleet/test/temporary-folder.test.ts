import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { temporaryFolder } from "../temporary-folder.ts";

/** Starts a process that creates a folder with a file, prints its path, and then runs `then`. */
async function another(then: string) {
  const code = `import { writeFileSync } from "node:fs";
    import { temporaryFolder } from ${JSON.stringify(resolve("fleet/temporary-folder.ts"))};
    const { path } = await temporaryFolder("test");
    writeFileSync(path + "/state.json", "{}");
    console.log(path);
    ${then}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [path] = (await once(child.stdout, "data")) as [Buffer];
  return { child, path: path.toString().trim(), ended: once(child, "exit") };
}

describe("a temporary folder of fleet", () => {
  it("belongs to its owner only, and can be removed", async () => {
    const { path, remove } = await temporaryFolder("test");
    assert.equal(statSync(path).mode & 0o777, 0o700);
    await remove();
    assert.equal(existsSync(path), false);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`is removed when ${signal} ends the process, which ends by that signal`, async () => {
      const { child, path, ended } = await another("setInterval(() => {}, 1000);");
      assert.ok(existsSync(path));
      child.kill(signal);
      assert.deepEqual([await ended, existsSync(path)], [[null, signal], false]);
    });
  }

  it("is removed when the process fails", async () => {
    const { path, ended } = await another("process.exit(1);");
    assert.deepEqual([await ended, existsSync(path)], [[1, null], false]);
  });
});
