import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { execa } from "execa";

async function fleet(...args: readonly string[]) {
  const { exitCode, all } = await execa(process.execPath, ["fleet/main.ts", ...args], {
    all: true,
    reject: false,
  });
  return { exitCode, all };
}

describe("fleet, of which a command loads itself alone", function () {
  this.timeout(30_000);

  it("names every command that there is a file for", async () => {
    const { exitCode, all } = await fleet("--help");
    assert.equal(exitCode, 0);
    const named = [...all.matchAll(/^ {2}([a-z-]+) \[options\]/gm)].map(([, name]) => name);
    const files = readdirSync("fleet").flatMap((file) => /^([a-z-]+)-command\.ts$/.exec(file)?.[1] ?? []);
    assert.deepEqual(named.sort(), files.sort());
  });

  it("knows a command behind the folder that it works in, be that called as another command", async () => {
    const { exitCode, all } = await fleet("-C", "new", "check");
    assert.deepEqual([exitCode, all], [1, "new is no folder that can be entered (-C)."]);
  });

  it("names the nearest command where one is misspelt", async () => {
    const { exitCode, all } = await fleet("chek");
    assert.equal(exitCode, 1);
    assert.match(all, /unknown command 'chek'\n\(Did you mean check\?\)/);
  });
});
