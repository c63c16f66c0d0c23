import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { catalogueText, service, stackText } from "../../../test/sources.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx") });
const MORE = catalogueText({ api: service("api"), nginx: service("nginx") });
const GIT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@acme.example",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@acme.example",
};

describe("fleet trust", function () {
  this.timeout(60_000);
  let template: string;
  let folder: string;

  before(async () => {
    template = await mkdtemp(join(tmpdir(), "trust-template-"));
    folder = template;
    await git("init", "--quiet", "--initial-branch=main");
    await write("services.json", CATALOGUE);
    await write("Pulumi.prod.yaml", stackText({ rollout: "{ percent: 100 }" }));
    await write(
      "Pulumi.sandbox.yaml",
      stackText({ cluster: "{ name: s, context: s }", github: "{ owner: acme, sandbox: true }" }),
    );
    await write("index.ts", "// the base's\n");
    await commit();
    await git("checkout", "--quiet", "-b", "change");
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "trust-"));
    await cp(template, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  after(() => rm(template, { recursive: true, force: true }));

  const write = (file: string, text: string) => writeFile(join(folder, file), text);
  const read = (file: string) => readFile(join(folder, file), "utf8");
  const git = async (...args: string[]) => (await execa("git", args, { cwd: folder, env: GIT })).stdout;
  const commit = async () => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message=change");
  };

  /** Commits the written files, returns to the base, and runs the command. */
  async function trust(...more: string[]) {
    await commit();
    await git("checkout", "--quiet", "main");
    const args = ["trust", "--base", "main", "--head", "change", "--github-output", "output", ...more];
    const options = { cwd: folder, reject: false } as const;
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [resolve("fleet/main.ts"), ...args],
      options,
    );
    return { exitCode, stdout, stderr };
  }

  it("copies a changed catalogue and rollout into the base's folder, and nothing else", async () => {
    await write("services.json", MORE);
    await write("Pulumi.prod.yaml", stackText({ rollout: "{ percent: 50 }" }));
    await write("README.md", "# Read by nobody\n");
    const { exitCode, stdout, stderr } = await trust("--take");
    assert.deepEqual([exitCode, stdout], [0, "Only data changes: it may be previewed with secrets."], stderr);
    assert.equal(await read("services.json"), MORE);
    assert.match(await read("Pulumi.prod.yaml"), /rollout: \{ "percent": 50 \}/);
    assert.equal(await git("status", "--porcelain"), " M Pulumi.prod.yaml\n M services.json\n?? output");
    assert.match(await read("output"), /^verdict=data-only\nmerged=[0-9a-f]{40}\nstacks=\["prod"\]\n$/);
  });

  it("compares with the merge result, so newer commits of the base do not count as deletions", async () => {
    await write("Pulumi.prod.yaml", stackText({ rollout: "{ percent: 50 }" }));
    await commit();
    await git("checkout", "--quiet", "main");
    await write("services.json", MORE);
    await commit();
    await git("checkout", "--quiet", "change");
    await write("README.md", "# More\n");
    const { exitCode } = await trust("--take");
    assert.equal(exitCode, 0);
    assert.equal(await read("services.json"), MORE);
  });

  it("creates the same merge commit for the same two commits at any time and place", async () => {
    await write("services.json", MORE);
    await trust();
    const first = await read("output");
    await git("config", "user.name", "Somebody");
    await git("checkout", "--quiet", "-B", "change");
    await git("reset", "--quiet", "--hard", /merged=(\w+)/.exec(first)?.[1] ?? "");
    assert.equal(await git("show", "-s", "--format=%an %at", "change"), "kargo-fleet 946684800");
  });

  it("needs an approval for a link instead of the catalogue, copies nothing then, and explains why in Markdown", async () => {
    await rm(join(folder, "services.json"));
    await symlink("/etc/passwd", join(folder, "services.json"));
    await write("a\n::add-mask::`b`.ts", "");
    const { exitCode, stdout, stderr } = await trust("--take", "--note", "note.md");
    assert.equal(exitCode, 2, stderr);
    assert.match(
      stdout,
      /^ {2}"a\\n::add-mask::`b`\.ts": it is not data\n {2}"services\.json": it is not a regular file$/m,
    );
    assert.equal(await git("status", "--porcelain"), "?? note.md\n?? output");
    assert.match(await read("output"), /^verdict=needs-approval\n/);
    const note = await read("note.md");
    assert.match(
      note,
      /environment `preview-program`[\s\S]*\n```\na\\u\{a\}::add-mask::`b`\.ts: it is not data\n/,
    );
    assert.doesNotMatch(note, /^::/m);
  });

  it("names the stacks of the pull request itself after an approval", async () => {
    await write("Pulumi.new.yaml", stackText());
    await trust();
    assert.match(await read("output"), /\nstacks=\["new","prod"\]\n/);
  });

  it("fails without a verdict on a conflict", async () => {
    await write("services.json", MORE);
    await commit();
    await git("checkout", "--quiet", "main");
    await write("services.json", catalogueText({ auth: service("auth"), nginx: service("nginx") }));
    await commit();
    await git("checkout", "--quiet", "change");
    await write("README.md", "");
    const { exitCode, stderr } = await trust();
    assert.equal(exitCode, 1);
    assert.match(stderr, /^The pull request conflicts with its base\./);
    await assert.rejects(read("output"));
  });

  it("copies data only beside the base's program", async () => {
    await write("services.json", MORE);
    await commit();
    const args = ["trust", "--base", "main", "--head", "change", "--take"];
    const { exitCode, stderr } = await execa(process.execPath, [resolve("fleet/main.ts"), ...args], {
      cwd: folder,
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Check the base out first/);
  });
});
