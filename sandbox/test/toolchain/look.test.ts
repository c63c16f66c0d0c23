import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ToolchainError } from "../../toolchain/errors.ts";
import { type Finding, findAll } from "../../toolchain/look.ts";
import { type ProgramName, programs } from "../../toolchain/programs.ts";
import { recipeKey } from "../../toolchain/recipes.ts";
import { ensureToolchain } from "../../toolchain/toolchain.ts";
import { fakePlugin, fakeProgram, helloProgram, makePlace, type Place, removePlaces } from "./fakes.ts";

async function lookFor({ environment }: Place, name: ProgramName): Promise<Finding<ProgramName>> {
  const findings = await findAll(programs, environment, new AbortController().signal);
  const finding = findings.find(({ definition }) => definition.name === name);
  assert.ok(finding !== undefined);
  return finding;
}

/** Why a program was not found. */
async function refusal(place: Place, name: ProgramName): Promise<string> {
  const { found, refused } = await lookFor(place, name);
  assert.equal(found, undefined);
  return refused.join("; ");
}

/** Puts every program of the sandbox on PATH. */
async function wholeToolchain({ bin }: Place): Promise<void> {
  await fakeProgram(bin, "pulumi", "echo v3.276.1");
  await fakePlugin(bin, "pulumi-language-nodejs", "v3.276.1");
  await fakePlugin(bin, "pulumi-resource-kubernetes", "4.34.2");
  await fakePlugin(bin, "pulumi-resource-github", "v6.15.3");
  await fakeProgram(bin, "etcd", "echo etcd Version: 3.6.1");
  await fakeProgram(bin, "kube-apiserver", "echo Kubernetes v1.37.0");
  await fakeProgram(bin, "kube-controller-manager", "echo Kubernetes v1.37.4");
  await fakeProgram(bin, "kubectl", `echo '    "gitVersion": "v1.38.0",'`);
}

function run({ environment, folder }: Place, command: string) {
  const env = { ...environment, SANDBOX_DIRECTORY: join(folder, "sandbox") };
  return execa(process.execPath, command.split(" "), { env, extendEnv: false, all: true, reject: false });
}

describe("the search for programs", function () {
  this.timeout(30_000);
  afterEach(removePlaces);

  it("takes every program from PATH if all versions fit", async () => {
    const place = await makePlace();
    await wholeToolchain(place);
    const { programs: found } = await ensureToolchain({ environment: place.environment, quiet: true });
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
      ].map(([name = "", version]) => [name, version, "PATH", join(place.bin, name)]),
    );
  });

  it("rejects an old kubectl on PATH and says why", async () => {
    const place = await makePlace();
    await fakeProgram(place.bin, "kubectl", `echo '    "gitVersion": "v1.20.3",'`);
    const why = await refusal(place, "kubectl");
    assert.equal(why, `kubectl on PATH is 1.20.3 (${join(place.bin, "kubectl")}), wanted 1.36 - 1.38`);
  });

  it("treats a vendor's suffix as the same version, and a pre-release as older", async () => {
    const place = await makePlace();
    await fakeProgram(place.bin, "kubectl", `echo '"gitVersion": "v1.36.0-gke.7"'`);
    await fakeProgram(place.bin, "pulumi", "echo v3.276.0-alpha.1");
    assert.equal((await lookFor(place, "kubectl")).found?.version, "1.36.0-gke.7");
    assert.match(await refusal(place, "pulumi"), /is 3\.276\.0-alpha\.1 /);
  });

  it("rejects a program that prints no version", async () => {
    const place = await makePlace();
    await fakeProgram(place.bin, "etcd", "echo broken; exit 1");
    const why = await refusal(place, "etcd");
    assert.match(why, /^etcd on PATH: `.*etcd --version` prints no version: broken$/);
  });

  it("rejects a plugin that does not speak the engine's protocol", async () => {
    const place = await makePlace();
    await fakeProgram(place.bin, "pulumi-resource-github", "echo not a port; exit 2");
    const why = await refusal(place, "pulumi-resource-github");
    assert.match(why, /is not a plugin \(not a port\)$/);
  });

  it("asks a plugin for its version instead of trusting its name", async () => {
    const place = await makePlace();
    await fakePlugin(place.bin, "pulumi-resource-kubernetes", "4.20.0");
    const why = await refusal(place, "pulumi-resource-kubernetes");
    assert.match(why, /is 4\.20\.0 .*wanted \^4\.34\.2$/);
  });

  it("finds a plugin in Pulumi's plugin folder", async () => {
    const place = await makePlace();
    const folder = join(place.folder, "pulumi-home", "plugins", "resource-kubernetes-v4.34.2");
    await fakePlugin(folder, "pulumi-resource-kubernetes", "4.34.2");
    const { found } = await lookFor(place, "pulumi-resource-kubernetes");
    assert.equal(found?.origin, "plugin folder");
  });

  it("tries every program of a name on PATH, not only the first", async () => {
    const place = await makePlace();
    const second = join(place.folder, "second");
    await fakeProgram(place.bin, "etcd", "echo etcd Version: 3.4.0");
    await fakeProgram(second, "etcd", "echo etcd Version: 3.5.9");
    place.environment.PATH = `${place.bin}:${second}`;
    const { found, refused } = await lookFor(place, "etcd");
    assert.equal(found?.path, join(second, "etcd"));
    assert.match(refused.join(), /etcd on PATH is 3\.4\.0/);
  });

  it("does not mistake a link into its own cache for a program on PATH", async () => {
    const place = await makePlace();
    const old = join(place.cache, "etcd", "old");
    await fakeProgram(old, "etcd", "echo etcd Version: 3.6.0");
    await symlink(join(old, "etcd"), join(place.bin, "etcd"));
    assert.equal(await refusal(place, "etcd"), "");
  });

  it("names every missing program and its makers' page if Go is missing", async () => {
    const place = await makePlace();
    await fakeProgram(place.bin, "kubectl", `echo '    "gitVersion": "v1.20.3",'`);
    await assert.rejects(ensureToolchain({ environment: place.environment }), (error) => {
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
      const place = await makePlace();
      await wholeToolchain(place);
      const { all, exitCode } = await run(place, `${command} --build`);
      assert.equal(exitCode, 1);
      assert.ok(all.includes(`Go is not on PATH, and ${programs.length} programs have to be built`), all);
    });
  }

  it("prints each program's origin at the start of npm test", async () => {
    const place = await makePlace();
    await wholeToolchain(place);
    const { all } = await run(place, "test/run.ts no-such.test.ts");
    assert.match(all, /^ {2}etcd +3\.6\.1 +PATH$/m);
    assert.equal(all.match(/ PATH$/gm)?.length, programs.length);
  });

  it("accepts a cache entry only if it contains the program", async () => {
    const place = await makePlace();
    const hello = await helloProgram(place);
    const [before] = await findAll(hello, place.environment, new AbortController().signal);
    assert.ok(before !== undefined);
    await mkdir(join(before.built.path, ".."), { recursive: true });
    const [empty] = await findAll(hello, place.environment, new AbortController().signal);
    assert.equal(empty?.found, undefined);
    await fakeProgram(join(before.built.path, ".."), "hello", "echo hello 1.2.3");
    const [whole] = await findAll(hello, place.environment, new AbortController().signal);
    assert.equal(whole?.found?.origin, "built");
  });

  it("uses another cache entry after a plugin's source is edited, and the same one after a test is", async () => {
    const place = await makePlace();
    const [hello] = await helloProgram(place);
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
