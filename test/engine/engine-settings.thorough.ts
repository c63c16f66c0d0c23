import assert from "node:assert/strict";
import { copyFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { engineSettings } from "../../fleet/engine-settings.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";

/** A mistake in the platform team's own file, outside of every function that the program expects to fail. */
const BROKEN = `import { customize } from "./manifests/inventory/customize.ts";
customize({
  service: () => {
    throw new Error("planted mistake");
  },
});
`;

describe("the engine with the settings of fleet", () => {
  let folder: string;
  let usual: Record<string, string>;
  let quick: Record<string, string>;

  before(async () => {
    const { path } = await sharedPrograms();
    folder = await engineFolder("settings", true);
    usual = {
      ...(await engineEnvironment(path, folder)),
      PULUMI_CONFIG_PASSPHRASE: "sandbox",
      // Unlike the other tests, as for a user.
      NODE_OPTIONS: "",
    };
    await rm(join(folder, "pulumi-home", "logs"));
    await copyFile("Pulumi.sandbox.yaml", join(folder, "Pulumi.sandbox.yaml"));
    await copyFile("services.json", join(folder, "services.json"));
    quick = { ...usual, ...(await engineSettings(usual)) };
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const pulumi = (env: Record<string, string>, ...args: string[]) =>
    execa("pulumi", args, { cwd: folder, env, reject: false, all: true });
  const logs = () => readdir(join(folder, "pulumi-home", "logs")).catch(() => []);

  it("writes no log of its own, which it writes otherwise", async () => {
    const first = await pulumi(quick, "stack", "init", "sandbox");
    assert.equal(first.exitCode, 0, first.all);
    assert.deepEqual(await logs(), []);
    const second = await pulumi(usual, "stack", "ls");
    assert.match(second.all, /sandbox/);
    assert.equal((await logs()).length, 1);
  });

  it("shows where the program failed, with file and line", async () => {
    // Copies, because Node resolves the imports of a linked file from the file itself.
    for (const file of ["main.js", "index.ts", "customize.ts"]) await rm(join(folder, file));
    for (const file of ["main.js", "index.ts"]) await copyFile(file, join(folder, file));
    await writeFile(join(folder, "customize.ts"), BROKEN);
    const { all, exitCode } = await pulumi(quick, "preview", "--stack", "sandbox", "--non-interactive");
    assert.notEqual(exitCode, 0);
    assert.match(all, /planted mistake\n\s+at .*customize\.ts:4:\d+/);
  });
});
