import assert from "node:assert/strict";
import { at, playground, textAt, token, workflowToken } from "../../../test/github-playground.ts";

const issues = "/repos/acme/gitops/issues";
const asWorkflow = { Authorization: `Bearer ${workflowToken}` };

describe("the local GitHub's issues and comments", function () {
  this.timeout(30_000);
  const server = playground();

  it("accept a workflow's token, which writes as the bot", async () => {
    await server().call("POST", issues, { title: "drift" }, asWorkflow);
    const comment = await server().call("POST", `${issues}/1/comments`, { body: "b" }, asWorkflow);
    assert.deepEqual(
      [textAt(comment, "user", "login"), textAt(comment, "user", "type"), at(comment, "user", "id")],
      ["github-actions[bot]", "Bot", 41_898_282],
    );
  });

  it("let a workflow's token read private repositories with Git", async () => {
    const remote = server().remote("acme/gitops").replace(token, workflowToken);
    assert.match(await server().git("ls-remote", remote), /refs\/heads\/main$/);
  });

  it("list open issues and pull requests, newest first", async () => {
    await server().call("POST", issues, { title: "one" });
    await server().call("POST", issues, { title: "two" });
    server().github.threads.open("acme/gitops", { title: "three", author: "ada", pullRequest: true });
    const closed = await server().call("PATCH", `${issues}/1`, { state: "closed" });
    assert.deepEqual([at(closed, "state"), at(closed, "state_reason")], ["closed", "completed"]);
    const open = await server().call("GET", issues);
    assert.deepEqual([textAt(open, 0, "title"), textAt(open, 1, "title")], ["three", "two"]);
    assert.match(textAt(open, 0, "pull_request", "url"), /\/pulls\/3$/);
    const all = await server().call("GET", `${issues}?state=closed`);
    assert.equal(textAt(all, 0, "title"), "one");
  });

  it("list comments in pages, oldest first", async () => {
    const { threads } = server().github;
    for (const body of ["a", "b", "c"]) {
      const thread =
        threads.find("acme/gitops", 1) ?? threads.open("acme/gitops", { title: "t", author: "ada" });
      threads.write(thread, "ada", body);
    }
    const first = await server().call("GET", `${issues}/1/comments?per_page=2`);
    assert.deepEqual([textAt(first, 0, "body"), textAt(first, 1, "body")], ["a", "b"]);
    assert.match(first.headers.get("link") ?? "", /issues\/1\/comments\?per_page=2&page=2>; rel="next"/);
    const second = await server().call("GET", `${issues}/1/comments?per_page=2&page=2`);
    assert.equal(textAt(second, 0, "body"), "c");
    assert.equal(textAt(second, 0, "user", "login"), "ada");
  });

  it("update a comment and keep its id and author", async () => {
    await server().call("POST", issues, { title: "t" });
    const comment = await server().call("POST", `${issues}/1/comments`, { body: "before" });
    await server().call("PATCH", `${issues}/comments/${at(comment, "id")}`, { body: "after" }, asWorkflow);
    const { body } = await server().call("GET", `${issues}/1/comments`);
    assert.deepEqual(
      [at({ body }, 0, "id"), textAt({ body }, 0, "body"), textAt({ body }, 0, "user", "login")],
      [at(comment, "id"), "after", "sandbox"],
    );
    assert.equal((await server().call("PATCH", `${issues}/comments/999`, { body: "x" })).status, 404);
  });

  it("refuse a body that is longer than GitHub allows", async () => {
    await server().call("POST", issues, { title: "t" });
    const longest = await server().call("POST", `${issues}/1/comments`, { body: "x".repeat(65_536) });
    const longer = await server().call("POST", `${issues}/1/comments`, { body: "x".repeat(65_537) });
    assert.deepEqual([longest.status, longer.status], [201, 422]);
    assert.match(textAt(longer, "message"), /maximum is 65536 characters/);
  });
});
