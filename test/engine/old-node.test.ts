import assert from "node:assert/strict";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { oldNode, TOO_OLD } from "../old-node.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";

describe("an old Node on PATH", () => {
  it("gives one sentence that says what to do", async () => {
    const { path } = await sharedPrograms();
    const folder = await engineFolder("old-node", true);
    try {
      await mkdir(join(folder, "bin"));
      await copyFile("Pulumi.sandbox.yaml", join(folder, "Pulumi.sandbox.yaml"));
      const PATH = [await oldNode(join(folder, "bin")), path].join(delimiter);
      const options = {
        cwd: folder,
        env: { ...(await engineEnvironment(PATH, folder)), PULUMI_CONFIG_PASSPHRASE: "sandbox" },
        reject: false,
        all: true,
      } as const;
      await execa("pulumi", ["stack", "init", "sandbox"], options);
      const { exitCode, all } = await execa("pulumi", ["preview", "--non-interactive"], options);
      assert.notEqual(exitCode, 0);
      assert.match(all, TOO_OLD);
      assert.doesNotMatch(all, /ERR_UNKNOWN_FILE_EXTENSION|\n\s+at /);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
