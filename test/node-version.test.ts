import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { oldNode, TOO_OLD } from "./old-node.ts";

const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};
const ours = [
  ...Object.entries(scripts).filter(([, command]) => command.includes("node ")),
  ["npx fleet", "node fleet/bin.js list"],
] as const;
assert.ok(ours.length > 10);

/** Documents and workflows, whose commands people and CI run. */
const written = globSync(["*.md", "{docs,examples,fleet,sandbox}/**/*.md", ".github/**/*.{yaml,sh}"]);
/** A command that starts Node with TypeScript; an old Node cannot load it. */
const TYPESCRIPT = /\bnode (?!-r \.\/node-version\.cjs )(-\S+ )*[\w./-]+\.ts\b/g;

describe("the commands of the documents and workflows", () => {
  it("start no TypeScript without the check of Node's version", async () => {
    assert.ok(written.length > 30);
    for (const file of written)
      assert.deepEqual((await readFile(file, "utf8")).match(TYPESCRIPT), null, file);
  });
});

describe("an old Node before npm ci", function () {
  this.timeout(30_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-old-node-"));
    await mkdir(join(folder, "fleet"));
    for (const file of ["package.json", "node-version.cjs", "fleet/package.json", "fleet/bin.js"])
      await copyFile(file, join(folder, file));
    await oldNode(folder);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, command] of ours)
    it(`prints one line with a fix: ${name}`, async () => {
      const env = { PATH: `${folder}:/usr/bin:/bin`, NODE_V8_COVERAGE: "" };
      const options = { cwd: folder, env, shell: true, reject: false, all: true } as const;
      const { all, exitCode } = await execa(`${command}`, options);
      assert.match(all, TOO_OLD);
      assert.deepEqual([exitCode, all.includes("\n")], [1, false]);
    });
});
