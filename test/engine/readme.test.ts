import assert from "node:assert/strict";
import { copyFile, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";

describe("the README's commands for a cluster", () => {
  it("make a stack of the example, up to what an administrator applies", async () => {
    const [, block = ""] = /```sh\n(pulumi login[\s\S]*?)```/.exec(await readFile("README.md", "utf8")) ?? [];
    const commands = block.split("\n").map((line) => line.replace(/\s+#.*/, ""));
    const last = commands.findIndex((line) => line.includes("deployer"));
    const folder = await engineFolder("readme", true);
    try {
      for (const file of ["services.json", "Pulumi.prod.yaml"]) await copyFile(file, join(folder, file));
      await symlink(resolve("fleet"), join(folder, "fleet"));
      await writeFile(join(folder, "app.private-key.pem"), "a key");
      const env = {
        ...(await engineEnvironment((await sharedPrograms()).path, folder)),
        PULUMI_CONFIG_PASSPHRASE: "x",
      };
      const run = async (line: string) =>
        (await execa(line, { cwd: folder, env, shell: true, input: "a secret" })).stdout;
      for (const line of commands.slice(1, last)) {
        await run(line);
        if (line.startsWith("mv ")) {
          const file = join(folder, line.split(" ").at(-1) ?? "");
          const [mine = ""] = (await readFile(file, "utf8")).split(/(?<=\n {2}kargo-fleet:protect: true\n)/);
          await writeFile(file, mine);
        }
      }
      const [deployer = ""] = (commands[last] ?? "").split(" | kubectl");
      assert.match(await run(deployer), /^kind: ValidatingAdmissionPolicy$/m);
      assert.match(
        await run("npm run --silent fleet -- check"),
        /^1 stack checked in .*: everything is right\.$/m,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
