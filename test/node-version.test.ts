import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

const SENTENCE =
  /^Node 22\.17\.1 is too old, since only Node 22\.18 and newer run TypeScript as it is: npm ci brings .* on PATH\.$/;
const { scripts } = JSON.parse(await readFile("package.json", "utf8")) as {
  scripts: Readonly<Record<string, string>>;
};
const ours = Object.entries(scripts).filter(([, command]) => command.includes("node "));
assert.ok(ours.length > 10);

describe("an old Node", () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  before(async () => {
    // As before `npm ci`: this repository without its packages, and the machine's own Node.
    folder = await mkdtemp(join(tmpdir(), "kargo-fleet-old-node-"));
    for (const file of ["package.json", "node-version.cjs", "index.mjs"])
      await copyFile(file, join(folder, file));
    const version = 'Object.defineProperty(process.versions, "node", { value: "22.17.1" });';
    await writeFile(join(folder, "old.cjs"), version);
    await mkdir(join(folder, "bin"));
    const old = `#!/bin/sh\nexec '${process.execPath}' -r '${join(folder, "old.cjs")}' "$@"\n`;
    await writeFile(join(folder, "bin/node"), old, { mode: 0o755 });
    environment = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, NODE_V8_COVERAGE: "" };
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const [name, command] of [...ours, ["what Pulumi runs", "node index.mjs"]] as const) {
    it(`is told in one sentence what to do, at ${name}`, async () => {
      const options = { cwd: folder, env: environment, shell: true, reject: false, all: true } as const;
      const { all, exitCode } = await execa(`${command}`, options);
      assert.match(all, SENTENCE);
      assert.equal(exitCode, 1);
    });
  }
});
