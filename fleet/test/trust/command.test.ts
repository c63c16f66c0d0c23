import assert from "node:assert/strict";
import { readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { openRepository, type Repository } from "../../../test/repository.ts";
import { catalogueText, service, stackText } from "../../../test/sources.ts";
import { fleetCommand } from "../commands.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx") });
const MORE = catalogueText({ api: service("api"), nginx: service("nginx") });

describe("fleet trust", function () {
  this.timeout(60_000);
  let repository: Repository;

  before(async () => {
    repository = await openRepository();
    await repository.write({
      "services.json": CATALOGUE,
      "Pulumi.prod.yaml": stackText({ rollout: "{ percent: 100 }" }),
      "Pulumi.sandbox.yaml": stackText({
        cluster: "{ name: s, context: s }",
        github: "{ owner: acme, sandbox: true }",
      }),
      "index.ts": "// the base's\n",
    });
    await repository.commit();
    await git("branch", "base");
  });
  beforeEach(async () => {
    await git("checkout", "--quiet", "--force", "-B", "main", "base");
    await git("clean", "--quiet", "--force", "-d");
    await git("checkout", "--quiet", "-B", "change");
  });
  after(() => repository.remove());

  const write = (file: string, text: string) => repository.write({ [file]: text });
  const read = (file: string) => readFile(join(repository.path, file), "utf8");
  const git = (...args: string[]) => repository.git(...args);
  const commit = () => repository.commit();
  const fleetTrust = (...more: string[]) =>
    fleetCommand(["trust", "--base", "main", "--head", "change", ...more], repository.path);

  /** Commits the written files, returns to the base, and runs the command. */
  async function trust(...more: string[]) {
    await commit();
    await git("checkout", "--quiet", "main");
    return await fleetTrust("--github-output", "output", ...more);
  }

  it("copies a changed catalogue and rollout into the base's folder, and nothing else", async () => {
    await write("services.json", MORE);
    await write("Pulumi.prod.yaml", stackText({ rollout: "{ percent: 50 }" }));
    await write("README.md", "# Read by nobody\n");
    const { exitCode, stdout, stderr } = await trust("--take");
    assert.deepEqual(
      [exitCode, stdout],
      [0, "Only data changes: it may be previewed with secrets.\n"],
      stderr,
    );
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
    await rm(join(repository.path, "services.json"));
    await symlink("/etc/passwd", join(repository.path, "services.json"));
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
    const { exitCode, stderr } = await fleetTrust("--take");
    assert.equal(exitCode, 1);
    assert.match(stderr, /Check the base out first/);
  });
});
