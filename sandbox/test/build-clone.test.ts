import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { clone } from "../../manifests/build-steps.ts";
import { playground, token } from "../../test/github-playground.ts";
import { triggersPlan } from "../../test/sources.ts";

const { container } = clone(triggersPlan().builds, "https://github.com");

describe("the clone script of a build", () => {
  const server = playground();
  let source: string;
  let credential: string;

  beforeEach(async () => {
    source = join(server().directory, "source");
    credential = join(server().directory, "credential");
    for (const folder of [source, credential]) await mkdir(folder);
  });

  /** Runs the container's command and script in local folders. */
  async function run(repository: string, commit: string) {
    const [script] = container.args;
    const env = {
      ...Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value])),
      REPOSITORY: `${server().github.url}/${repository}.git`,
      COMMIT: commit,
      HOME: server().directory,
      GIT_CONFIG_VALUE_0: source,
    };
    const [program, ...flags] = container.command;
    return await execa(program ?? "sh", [...flags, (script ?? "").replaceAll("/credential", credential)], {
      cwd: source,
      env,
      reject: false,
      all: true,
    });
  }

  const giveCredential = async (password = token) => {
    await writeFile(join(credential, "username"), "x-access-token");
    await writeFile(join(credential, "password"), password);
  };
  const head = async (repository: string) =>
    (await server().git("ls-remote", server().remote(repository), "HEAD")).split("\t")[0] ?? "";

  it("clones the commit of a private repository with the credential, and of a public one without", async () => {
    const open = await run("acme/public", await head("acme/public"));
    assert.equal(open.exitCode, 0, open.all);
    assert.deepEqual((await readdir(source)).sort(), [".git", "README.md"]);
    await giveCredential();
    const closed = await run("acme/nginx", await head("acme/nginx"));
    assert.equal(closed.exitCode, 0, closed.all);
    assert.ok((await readdir(source)).includes("Dockerfile"));
  });

  it("leaves no trace of the credential in the build's folder or in the output", async () => {
    await giveCredential();
    const { exitCode, all } = await run("acme/nginx", await head("acme/nginx"));
    assert.equal(exitCode, 0, all);
    const found = await execa("grep", ["-r", token, source], { reject: false });
    assert.equal(found.exitCode, 1, found.stdout);
    assert.ok(!all.includes(token));
    assert.doesNotMatch(await readFile(join(source, ".git", "config"), "utf8"), /credential|remote/);
  });

  it("fails without a prompt if the credential is missing or wrong", async () => {
    const commit = await head("acme/nginx");
    assert.notEqual((await run("acme/nginx", commit)).exitCode, 0);
    await giveCredential("wrong");
    const { exitCode, all } = await run("acme/nginx", commit);
    assert.notEqual(exitCode, 0);
    assert.ok(!all.includes("wrong"));
  });

  it("succeeds when repeated after an interruption", async () => {
    const commit = await head("acme/public");
    assert.equal((await run("acme/public", commit)).exitCode, 0);
    assert.equal((await run("acme/public", commit)).exitCode, 0);
  });

  it("treats shell syntax in its parameters as plain text", async () => {
    await giveCredential();
    const { exitCode } = await run("acme/nginx", '"; touch broken; "');
    assert.notEqual(exitCode, 0);
    assert.ok(!(await readdir(source)).includes("broken"));
  });
});
