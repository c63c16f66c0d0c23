import assert from "node:assert/strict";
import { mkdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { linkPrograms } from "../../toolchain/links.ts";
import type { FoundProgram } from "../../toolchain/look.ts";
import { askVersion } from "../../toolchain/version.ts";
import { fakeProgram, freshPlace } from "./fakes.ts";

const nodeModulesBin = fileURLToPath(new URL("../../../node_modules/.bin", import.meta.url));

function hello(path: string): FoundProgram {
  return { name: "hello", path, version: "1.2.3", origin: "PATH" };
}

describe("a run's folder of programs", function () {
  this.timeout(30_000);
  const place = freshPlace();

  it("comes first on PATH, then this project's programs, then the rest, each once", async () => {
    const { folder, bin } = place();
    const run = join(folder, "run");
    const rest = ["/usr/bin", run, "/bin", ""].join(delimiter);
    const path = await linkPrograms([hello(join(bin, "hello"))], run, { PATH: rest });
    assert.deepEqual(path.split(delimiter), [run, nodeModulesBin, "/usr/bin", "/bin"]);
    assert.equal(await readlink(join(run, "hello")), join(bin, "hello"));
  });

  it("replaces the links of an earlier run", async () => {
    const { folder, bin } = place();
    const run = join(folder, "run");
    await mkdir(run);
    await symlink("/nowhere", join(run, "hello"));
    await linkPrograms([hello(join(bin, "hello"))], run);
    assert.equal(await readlink(join(run, "hello")), join(bin, "hello"));
  });

  it("never links a program to itself if it was found by its own link", async () => {
    const { folder, bin } = place();
    const run = join(folder, "run");
    await mkdir(run);
    await fakeProgram(bin, "hello", "echo hello 1.2.3");
    await symlink(join(bin, "hello"), join(run, "hello"));
    await linkPrograms([hello(join(run, "hello"))], run);
    assert.equal(await readlink(join(run, "hello")), join(bin, "hello"));
  });

  it("holds the plugin of dynamic providers, which reports the SDK's version whatever node is on PATH", async () => {
    const { folder, environment } = place();
    const run = join(folder, "it's a run");
    await linkPrograms([], run, environment);
    const plugin = join(run, "pulumi-resource-pulumi-nodejs");
    const question = { kind: "plugin", service: "pulumirpc.ResourceProvider" } as const;
    const answer = await askVersion(plugin, question, environment, new AbortController().signal);
    const manifest = JSON.parse(
      await readFile(new URL("../../../node_modules/@pulumi/pulumi/package.json", import.meta.url), "utf8"),
    );
    assert.deepEqual(answer, { version: manifest.version });
  });

  it("keeps other files of the folder", async () => {
    const { folder } = place();
    await writeFile(join(folder, "mine"), "kept");
    await linkPrograms([], folder);
    assert.equal(await readFile(join(folder, "mine"), "utf8"), "kept");
  });
});
