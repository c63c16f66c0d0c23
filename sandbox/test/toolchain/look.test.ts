import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ToolchainError } from "../../toolchain/errors.ts";
import { type Finding, findAll } from "../../toolchain/look.ts";
import { type ProgramDefinition, type ProgramName, programs } from "../../toolchain/programs.ts";
import { recipeKey } from "../../toolchain/recipes.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";
import { fakePlugin, fakeProgram, freshPlace, helloProgram } from "./fakes.ts";

describe("the search for programs", function () {
  this.timeout(30_000);
  const place = freshPlace();
  const onPath = (name: string, script: string) => fakeProgram(place().bin, name, script);
  const search = <Name extends string>(definitions: readonly ProgramDefinition<Name>[]) =>
    findAll(definitions, place().environment, new AbortController().signal);

  async function lookFor(name: ProgramName): Promise<Finding<ProgramName>> {
    const finding = (await search(programs)).find(({ definition }) => definition.name === name);
    assert.ok(finding !== undefined);
    return finding;
  }

  /** Why a program was not found. */
  async function refusal(name: ProgramName): Promise<string> {
    const { found, refused } = await lookFor(name);
    assert.equal(found, undefined);
    return refused.join("; ");
  }

  /** Puts every program of the sandbox on PATH. */
  async function wholeToolchain(): Promise<void> {
    const { bin } = place();
    await onPath("pulumi", "echo v3.276.1");
    await fakePlugin(bin, "pulumi-language-nodejs", "v3.276.1");
    await fakePlugin(bin, "pulumi-resource-kubernetes", "4.34.2");
    await fakePlugin(bin, "pulumi-resource-github", "v6.15.3");
    await onPath("etcd", "echo etcd Version: 3.6.1");
    await onPath("kube-apiserver", "echo Kubernetes v1.37.0");
    await onPath("kube-controller-manager", "echo Kubernetes v1.37.4");
    await onPath("kubectl", `echo '    "gitVersion": "v1.38.0",'`);
  }

  function run(command: string) {
    const { environment, folder } = place();
    const env = { ...environment, SANDBOX_DIRECTORY: join(folder, "sandbox") };
    return execa(process.execPath, command.split(" "), { env, extendEnv: false, all: true, reject: false });
  }

  it("takes every program from PATH if all versions fit", async () => {
    await wholeToolchain();
    const { programs: found } = await ensureToolchain({ environment: place().environment, quiet: true });
    assert.deepEqual(
      Object.values(found).map(({ name, version, origin, path }) => [name, version, origin, path]),
      [
        ["etcd", "3.6.1"],
        ["pulumi-language-nodejs", "3.276.1"],
        ["pulumi-resource-kubernetes", "4.34.2"],
        ["pulumi-resource-github", "6.15.3"],
        ["pulumi", "3.276.1"],
        ["kube-apiserver", "1.37.0"],
        ["kube-controller-manager", "1.37.4"],
        ["kubectl", "1.38.0"],
      ].map(([name = "", version]) => [name, version, "PATH", join(place().bin, name)]),
    );
  });

  it("treats a vendor's suffix as the same version, and a pre-release as older", async () => {
    await onPath("kubectl", `echo '"gitVersion": "v1.36.0-gke.7"'`);
    await onPath("pulumi", "echo v3.276.0-alpha.1");
    assert.equal((await lookFor("kubectl")).found?.version, "1.36.0-gke.7");
    assert.match(await refusal("pulumi"), /is 3\.276\.0-alpha\.1 /);
  });

  it("rejects an old kubectl on PATH and says why", async () => {
    await onPath("kubectl", `echo '    "gitVersion": "v1.20.3",'`);
    const why = `kubectl on PATH is 1.20.3 (${join(place().bin, "kubectl")}), wanted 1.36 - 1.38`;
    assert.equal(await refusal("kubectl"), why);
  });

  for (const [title, name, script, why] of [
    [
      "rejects a program that prints no version",
      "etcd",
      "echo broken; exit 1",
      /^etcd on PATH: `.*etcd --version` prints no version: broken$/,
    ],
    [
      "rejects a plugin that does not speak the engine's protocol",
      "pulumi-resource-github",
      "echo not a port; exit 2",
      /is not a plugin \(not a port\)$/,
    ],
  ] as const)
    it(title, async () => {
      await onPath(name, script);
      assert.match(await refusal(name), why);
    });

  it("asks a plugin for its version instead of trusting its name", async () => {
    await fakePlugin(place().bin, "pulumi-resource-kubernetes", "4.20.0");
    assert.match(await refusal("pulumi-resource-kubernetes"), /is 4\.20\.0 .*wanted \^4\.34\.2$/);
  });

  it("finds a plugin in Pulumi's plugin folder", async () => {
    const folder = join(place().folder, "pulumi-home", "plugins", "resource-kubernetes-v4.34.2");
    await fakePlugin(folder, "pulumi-resource-kubernetes", "4.34.2");
    const { found } = await lookFor("pulumi-resource-kubernetes");
    assert.equal(found?.origin, "plugin folder");
  });

  it("tries every program of a name on PATH, not only the first", async () => {
    const second = join(place().folder, "second");
    await onPath("etcd", "echo etcd Version: 3.4.0");
    await fakeProgram(second, "etcd", "echo etcd Version: 3.5.9");
    place().environment.PATH = `${place().bin}:${second}`;
    const { found, refused } = await lookFor("etcd");
    assert.equal(found?.path, join(second, "etcd"));
    assert.match(refused.join(), /etcd on PATH is 3\.4\.0/);
  });

  it("does not mistake a link into its own cache for a program on PATH", async () => {
    const old = join(place().cache, "etcd", "old");
    await fakeProgram(old, "etcd", "echo etcd Version: 3.6.0");
    await symlink(join(old, "etcd"), join(place().bin, "etcd"));
    assert.equal(await refusal("etcd"), "");
  });

  it("names every missing program and its makers' page if Go is missing", async () => {
    await onPath("kubectl", `echo '    "gitVersion": "v1.20.3",'`);
    await assert.rejects(ensureToolchain({ environment: place().environment }), (error) => {
      assert.ok(error instanceof ToolchainError);
      assert.equal(error.problem, "go missing");
      assert.equal(error.exitCode, 1);
      assert.match(
        error.message,
        /^Go is not on PATH, and 8 programs have to be built with Go 1\.\d+\.\d+ or newer\.$/m,
      );
      for (const { name, published } of programs) {
        assert.match(error.message, new RegExp(`^ {2}${name} .*\\n +${published}$`, "m"));
      }
      assert.match(error.message, /kubectl on PATH is 1\.20\.3/);
      return true;
    });
  });

  for (const command of ["sandbox/start.ts", "sandbox/commands.ts up", "test/run.ts"]) {
    it(`takes nothing from PATH with --build: ${command}`, async () => {
      await wholeToolchain();
      const { all, exitCode } = await run(`${command} --build`);
      assert.equal(exitCode, 1);
      assert.ok(all.includes(`Go is not on PATH, and ${programs.length} programs have to be built`), all);
    });
  }

  it("prints each program's origin at the start of npm test", async () => {
    await wholeToolchain();
    const { all } = await run("test/run.ts no-such.test.ts");
    assert.match(all, /^ {2}etcd +3\.6\.1 +PATH$/m);
    assert.equal(all.match(/ PATH$/gm)?.length, programs.length);
  });

  it("accepts a cache entry only if it contains the program", async () => {
    const hello = await helloProgram(place());
    const [before] = await search(hello);
    assert.ok(before !== undefined);
    await mkdir(join(before.built.path, ".."), { recursive: true });
    const [empty] = await search(hello);
    assert.equal(empty?.found, undefined);
    await fakeProgram(join(before.built.path, ".."), "hello", "echo hello 1.2.3");
    const [whole] = await search(hello);
    assert.equal(whole?.found?.origin, "built");
  });

  it("uses another cache entry after a plugin's source is edited, and the same one after a test is", async () => {
    const [hello] = await helloProgram(place());
    const keys: string[] = [await recipeKey(hello)];
    for (const file of ["main_test.go", "README.md", "extra.go", "embedded.json", "go.sum"]) {
      await writeFile(join(hello.recipe.module, file), "");
      keys.push(await recipeKey(hello));
    }
    keys.push(await recipeKey({ ...hello, recipe: { ...hello.recipe, ldflags: "-s" } }));
    assert.equal(new Set(keys.slice(0, 3)).size, 1);
    assert.equal(new Set(keys.slice(2)).size, 5);
  });
});
