import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { provisioned } from "../../model/provisioned.ts";
import { playground, token } from "../../test/github-playground.ts";
import { catalogueText, planOf, service, stackText } from "../../test/sources.ts";
import { fleetCommand } from "./commands.ts";
import { eachFolder } from "./folder.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx") });
const STAGES = ["dev", "staging", "prod"];
const paths = (folder: string) => STAGES.map((stage) => `${folder}/nginx/values-${stage}.yaml`);
const TEXT = "image:\n  tag: v7\n";
const MOVED = stackText({ gitops: "{ repository: acme/gitops, path: 'apps/{service}' }" });

describe("fleet move-values", function () {
  this.timeout(60_000);
  const folder = eachFolder({ "services.json": CATALOGUE, "Pulumi.test.yaml": MOVED });
  const server = playground({
    repositories: [
      { name: "acme/gitops", files: Object.fromEntries(paths("services").map((path) => [path, TEXT])) },
      { name: "acme/other", files: { "README.md": "" } },
    ],
  });
  beforeEach(() => says({ provisioned: { ...provisioned(planOf(CATALOGUE)), hooksOff: [] } }));
  const requests = () => server().github.requests();

  /** Sets the stack's outputs in the engine. */
  async function says(outputs: object): Promise<void> {
    await folder.write("bin/pulumi", `#!/bin/sh\ncat <<'END'\n${JSON.stringify(outputs)}\nEND\n`);
    await chmod(join(folder.path, "bin/pulumi"), 0o755);
  }
  const run = async (...args: string[]) => {
    const env = {
      GITHUB_TOKEN: token,
      GITHUB_BASE_URL: server().github.baseUrl,
      PATH: `${join(folder.path, "bin")}:${process.env.PATH}`,
    };
    const all = ["move-values", "--stack", "test", ...args];
    const { exitCode, ...said } = await fleetCommand(all, folder.path, env);
    return { exitCode, stdout: said.stdout.trimEnd(), stderr: said.stderr.trimEnd() };
  };

  it("lists the files to move and exits with 2, moves them and exits with 0, then has nothing to move", async () => {
    const lines = paths("services")
      .map((path, index) => `${path} -> ${paths("apps")[index]}`)
      .join("\n");
    const looked = await run("--dry-run");
    assert.deepEqual([looked.exitCode, looked.stdout], [2, lines], looked.stderr);
    assert.equal(looked.stderr, "3 of 3 values files would move to acme/gitops, branch main.");
    assert.deepEqual(
      requests().filter(({ method }) => method !== "GET"),
      [],
    );
    const moved = await run();
    assert.deepEqual([moved.exitCode, moved.stdout], [0, lines], moved.stderr);
    assert.match(
      moved.stderr,
      /^3 of 3 values files moved to acme\/gitops, branch main, in commit [0-9a-f]{40}\.\nRun pulumi up of test now\.$/,
    );
    const again = await run();
    assert.deepEqual([again.exitCode, again.stdout], [0, ""]);
    assert.equal(again.stderr, "Nothing is left to move: 3 of 3 values files in acme/gitops, branch main.");
  });

  it("says that the old files stay if they come from another repository", async () => {
    await folder.write("Pulumi.test.yaml", stackText({ gitops: "{ repository: acme/other }" }));
    const { exitCode, stdout, stderr } = await run();
    assert.equal(exitCode, 0, stderr);
    assert.match(
      stdout,
      /^acme\/gitops@main:services\/nginx\/values-dev\.yaml -> services\/nginx\/values-dev\.yaml$/m,
    );
    assert.match(stderr, /The old files are kept\. Remove them after that up/);
  });

  it("moves nothing if the place is unchanged, or if no up has recorded one", async () => {
    await folder.write("Pulumi.test.yaml", stackText());
    assert.match((await run()).stderr, /has not changed, so nothing moves\.$/);
    await says({});
    const { exitCode, stderr } = await run();
    assert.deepEqual(
      [exitCode, stderr],
      [0, "No pulumi up of test has recorded where its values files are, so nothing moves."],
    );
    assert.deepEqual(requests(), []);
  });

  it("writes into a checkout, or from one checkout into another, without calling GitHub", async () => {
    const [one, two] = [join(folder.path, "one"), join(folder.path, "two")];
    for (const path of paths("services")) await folder.write(`one/${path}`, TEXT);
    await mkdir(two);
    const copied = await run("--output", two, "--from", one);
    assert.match(
      copied.stderr,
      /3 of 3 values files moved to .*two\.\nCommit it on a branch[\s\S]*The old files are kept/,
    );
    const moved = await run("--output", one);
    assert.match(moved.stderr, /3 of 3 values files moved to .*one\./);
    for (const path of paths("apps"))
      for (const checkout of [one, two]) assert.equal(await readFile(join(checkout, path), "utf8"), TEXT);
    for (const path of paths("services")) await assert.rejects(readFile(join(one, path)), { code: "ENOENT" });
    assert.deepEqual(requests(), []);
    await rm(two, { recursive: true });
    const { exitCode, stderr } = await run("--output", two);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^.*two is not a folder\. Clone the GitOps repository, and name the clone's folder\.$/,
    );
  });

  it("names files that exist in both places and differ, and exits with 2", async () => {
    const [path = ""] = paths("apps");
    const checkout = join(folder.path, "one");
    await folder.write(`one/${path}`, "image:\n  tag: other\n");
    await folder.write(`one/${paths("services")[0]}`, TEXT);
    const { exitCode, stdout, stderr } = await run("--output", checkout);
    assert.equal(exitCode, 2, stderr);
    assert.match(
      stdout,
      /^in both places with different content: services\/nginx\/values-dev\.yaml -> apps[\s\S]*^in neither: services/m,
    );
    assert.match(
      stderr,
      /1 in both places with different content; both are kept[\s\S]*2 in neither place: npm run fleet -- seed/,
    );
    assert.equal(await readFile(join(checkout, path), "utf8"), "image:\n  tag: other\n");
  });

  it("has a help text with its exit codes", async () => {
    const { exitCode, stdout } = await run("--help");
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /--dry-run[\s\S]*--output <folder>[\s\S]*--from <folder>[\s\S]*GITHUB_TOKEN[\s\S]*Exit codes: 0/,
    );
  });
});
