import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { execa } from "execa";

async function fleet(...args: readonly string[]) {
  const { exitCode, all } = await execa(process.execPath, ["fleet/bin.js", ...args], {
    all: true,
    reject: false,
  });
  return { exitCode, all };
}

describe("fleet, which loads commands on demand", function () {
  this.timeout(30_000);

  it("names every command that has a file", async () => {
    const { exitCode, all } = await fleet("--help");
    assert.equal(exitCode, 0);
    const named = [...all.matchAll(/^ {2}([a-z-]+)(?: \[options\]| {2,})/gm)].map(([, name]) => name);
    const files = readdirSync("fleet").flatMap((file) => /^([a-z-]+)-command\.ts$/.exec(file)?.[1] ?? []);
    assert.deepEqual(named.sort(), files.sort());
  });

  it("has a help with the exit codes of each command that sets one", () => {
    const files = readdirSync("fleet").filter((file) => file.endsWith("-command.ts"));
    const texts = new Map(files.map((file) => [file, readFileSync(`fleet/${file}`, "utf8")]));
    const setting = files.filter((file) => texts.get(file)?.includes("process.exitCode ="));
    assert.ok(setting.length > 10);
    assert.deepEqual(
      setting.filter((file) => !texts.get(file)?.includes("Exit codes: 0 ")),
      [],
    );
  });

  it("finds the command after -C, even if the folder has a command's name", async () => {
    const { exitCode, all } = await fleet("-C", "new", "check");
    assert.deepEqual([exitCode, all], [1, "new is not an accessible folder (-C)."]);
  });

  it("suggests the nearest command for a typo", async () => {
    const { exitCode, all } = await fleet("chek");
    assert.equal(exitCode, 1);
    assert.match(all, /unknown command 'chek'\n\(Did you mean check\?\)/);
  });
});
