import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { at, token } from "../../../test/github-playground.ts";
import { stackText } from "../../../test/sources.ts";
import { fleetCommand } from "../commands.ts";
import { CATALOGUE, lostPushes } from "./lost-pushes.ts";

describe("fleet redeliver on the command line", function () {
  this.timeout(60_000);
  const { server, lose } = lostPushes();

  const startWith = async (env: NodeJS.ProcessEnv, ...args: string[]) => {
    const { directory } = server();
    await writeFile(join(directory, "services.json"), CATALOGUE);
    await writeFile(join(directory, "Pulumi.test.yaml"), stackText());
    const command = ["redeliver", "--stack", "test", ...args];
    const { exitCode, stdout, stderr } = await fleetCommand(command, directory, env);
    return { exitCode, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
  };
  const start = (...args: string[]) =>
    startWith({ GITHUB_TOKEN: token, GITHUB_BASE_URL: server().github.baseUrl, NO_COLOR: "1" }, ...args);

  it("lists undelivered pushes and exits with 2, delivers them and exits with 0", async () => {
    await lose("nginx");
    const looked = await start("--dry-run");
    const line = /^nginx {2}main {2}[0-9a-f]{7} {2}\S+Z {2}Invalid HTTP Response: 503 {2}/;
    assert.equal(looked.exitCode, 2, looked.stderr);
    assert.match(looked.stdout, line);
    assert.match(looked.stdout, /not delivered$/);
    const done = await start("--since", "30m");
    assert.deepEqual([done.exitCode, /delivered$/.test(done.stdout)], [0, true], done.stderr);
    const nothing = await start();
    assert.deepEqual([nothing.exitCode, nothing.stdout], [0, ""]);
    assert.match(nothing.stderr, /^2 hooks read, back to .* UTC: every push was delivered\.$/);
  });

  it("prints everything as JSON", async () => {
    await lose("nginx");
    const { stdout, exitCode } = await start("--json", "--dry-run", "--services", "nginx");
    const body: unknown = JSON.parse(stdout);
    assert.equal(exitCode, 2);
    const said = ["hook", "repository", "ref", "statusCode", "outcome"].map((key) =>
      at({ body }, "pushes", 0, key),
    );
    assert.deepEqual(said, ["acme/nginx", "acme/nginx", "refs/heads/main", 503, "found"]);
    assert.deepEqual(
      [at({ body }, "stack"), at({ body }, "hooks"), at({ body }, "problems")],
      ["test", 1, []],
    );
  });

  it("reports an error in one line, and exits with 1", async () => {
    const { exitCode, stderr, stdout } = await start("--services", "ngnix");
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.equal(stderr, 'Stack test has no service ngnix. Did you mean "nginx"?');
    assert.match((await start("--since", "tomorrow")).stderr, /It must be a duration such as 90m or 2h/);
  });

  it("shows the token nowhere", async () => {
    await lose("nginx");
    server().github.faults.add({
      kind: "error",
      path: "/repos/acme/public/hooks",
      status: 403,
      message: token,
    });
    const { stdout, stderr, exitCode } = await start();
    assert.equal(exitCode, 1);
    assert.match(stderr, /acme\/public \(public\): the token may not read/);
    assert.doesNotMatch(stdout + stderr, new RegExp(token));
  });

  it("requires a token", async () => {
    const { exitCode, stderr } = await startWith({ GITHUB_TOKEN: "" });
    assert.deepEqual(
      [exitCode, stderr],
      [1, "There is no token for GitHub. Run pulumi config set --secret github:token, or set GITHUB_TOKEN."],
    );
  });

  it("has a help text with its exit codes", async () => {
    const { exitCode, stdout } = await start("--help");
    assert.equal(exitCode, 0);
    assert.match(stdout, /--since <when>[\s\S]*--dry-run[\s\S]*GITHUB_TOKEN[\s\S]*Exit codes: 0/);
  });
});
