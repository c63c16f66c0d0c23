import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Thread } from "../../../sandbox/github/threads.ts";
import { playground, workflowToken } from "../../../test/github-playground.ts";
import { fleetCommand } from "../commands.ts";
import { type Folder, folderOf } from "../folder.ts";

const REPOSITORY = "acme/gitops";
const BOT = "github-actions[bot]";
const marked = (body: string, marker = "preview") => `<!-- kargo-fleet ${marker} -->\n\n${body}\n`;

describe("fleet comment and fleet issue", function () {
  this.timeout(60_000);
  const server = playground();
  let folder: Folder;

  beforeEach(async () => {
    folder = await folderOf({ "note.md": "Now.\n" });
  });
  afterEach(() => folder.remove());

  async function run(...args: string[]) {
    const env = {
      GITHUB_TOKEN: workflowToken,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SERVER_URL: server().github.url,
    };
    const { exitCode, stdout, stderr } = await fleetCommand(args, folder.path, env);
    return { exitCode, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
  }
  const comment = (...args: string[]) => run("comment", "--pull-request", "1", "--note", "note.md", ...args);
  const threads = () => server().github.threads;
  const thread = (number = 1): Thread => {
    const found = threads().find(REPOSITORY, number);
    if (found === undefined) throw new Error(`there is no thread ${number}`);
    return found;
  };
  const pullRequest = () => threads().open(REPOSITORY, { title: "p", author: "ada", pullRequest: true });

  it("create the comment once and then update it", async () => {
    pullRequest();
    assert.match((await comment()).stdout, /^The comment on pull request 1 is created\.$/);
    assert.match((await comment()).stdout, /is unchanged\.$/);
    await folder.write("note.md", "Later.\n");
    assert.match((await comment()).stdout, /is updated\.$/);
    assert.deepEqual(
      thread().comments.map(({ author, body }) => [author, body]),
      [[BOT, marked("Later.")]],
    );
  });

  it("find the comment among hundreds of others", async () => {
    pullRequest();
    for (let index = 0; index < 230; index += 1) threads().write(thread(), "ada", `${index}`);
    await comment();
    await folder.write("note.md", "Later.\n");
    assert.match((await comment()).stdout, /is updated\.$/);
    assert.equal(thread().comments.length, 231);
    const lists = server()
      .github.requests()
      .filter(({ method, path }) => method === "GET" && path.includes("/issues/1/comments?"));
    assert.deepEqual(
      lists.map(({ path }) => /[?&]page=(\d+)/.exec(path)?.[1]),
      ["1", "2", "3", "1", "2", "3"],
    );
  });

  it("never change another author's text with our marker, or our text with another marker", async () => {
    pullRequest();
    threads().write(thread(), "mallory", marked("Approved."));
    threads().write(thread(), BOT, marked("Another.", "preview prod"));
    await comment();
    assert.deepEqual(
      thread().comments.map(({ body }) => body),
      [marked("Approved."), marked("Another.", "preview prod"), marked("Now.")],
    );
  });

  it("name missing reports in the comment", async () => {
    pullRequest();
    const args = ["--reports", ".", "--expect", '["prod"]', "--run", "https://github.example/runs/1"];
    assert.equal((await comment(...args)).exitCode, 0);
    assert.match(
      thread().comments[0]?.body ?? "",
      /no preview of prod.*\(https:\/\/github\.example\/runs\/1\)/,
    );
  });

  it("follow no symbolic links to reports", async () => {
    await symlink("/etc/hostname", join(folder.path, "prod.md"));
    const { exitCode, stderr } = await comment("--reports", ".", "--expect", "prod");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^"prod\.md" is not a report/);
  });

  it("retry after a temporary failure of GitHub", async () => {
    pullRequest();
    const path = "/repos/*/*/issues/*/comments";
    server().github.faults.add({ kind: "error", path, method: "POST", status: 502, times: 1 });
    assert.equal((await comment()).exitCode, 0);
    assert.equal(thread().comments.length, 1);
  });

  it("name the missing permission if GitHub refuses, and never show the token", async () => {
    const { exitCode, stderr } = await comment();
    assert.equal(exitCode, 1);
    assert.match(stderr, /^GitHub refused GET in acme\/gitops: 404 Not Found\. .*pull-requests: write/);
    assert.ok(!stderr.includes(workflowToken));
  });

  for (const [what, args, message] of [
    [
      "a name that would be a path",
      ["--reports", ".", "--expect", "../secret"],
      /"\.\.\/secret" is not a valid name/,
    ],
    ["a marker that would end its comment", ["--marker", "a --> b"], /Write letters, digits/],
  ] as const)
    it(`refuse ${what}`, async () => {
      const { exitCode, stderr } = await comment(...args);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });

  it("open one issue, update it, close it, and open the next one", async () => {
    const issue = (...args: string[]) => run("issue", "--marker", "drift prod", ...args);
    const opened = ["--title", "prod has drifted", "--note", "note.md"];
    pullRequest();
    threads().open(REPOSITORY, { title: "drift", author: "ada", body: marked("Mine.", "drift prod") });
    assert.match((await issue("--close")).stdout, /is absent\.$/);
    assert.match((await issue(...opened)).stdout, /is created\.$/);
    await folder.write("note.md", "More.\n");
    assert.match((await issue(...opened)).stdout, /is updated\.$/);
    assert.match((await issue("--close")).stdout, /is closed\.$/);
    assert.match((await issue(...opened)).stdout, /is created\.$/);
    assert.deepEqual(
      threads()
        .list(REPOSITORY)
        .map(({ number, open, author, body }) => [number, open, author, body]),
      [
        [4, true, BOT, marked("More.", "drift prod")],
        [3, false, BOT, marked("More.", "drift prod")],
        [2, true, "ada", marked("Mine.", "drift prod")],
        [1, true, "ada", ""],
      ],
    );
  });
});
