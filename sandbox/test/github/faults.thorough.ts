import assert from "node:assert/strict";
import { at, playground } from "../../../test/github-playground.ts";
import type { Fault } from "../../github/faults.ts";

describe("the local GitHub's faults", () => {
  const server = playground();
  const hooks = "/repos/acme/nginx/hooks";
  const hook = { config: { url: "https://hooks.acme.example", content_type: "json" } };
  const add = (fault: Fault) => server().github.faults.add(fault);
  const post = { kind: "error", method: "POST", path: "/repos/*/*/hooks" } as const;

  it("answer the next calls of a route with an error, then stop", async () => {
    add({ ...post, status: 502, times: 2 });
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await server().call("POST", hooks, hook));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [502, 502, 201],
    );
  });

  it("leave other routes and methods alone", async () => {
    add({ ...post, status: 500 });
    const list = await server().call("GET", hooks);
    const one = await server().call("POST", "/orgs/acme/hooks", hook);
    assert.deepEqual([list.status, one.status], [200, 201]);
  });

  it("match any rest of a route by **, also below /api/v3", async () => {
    add({ kind: "error", path: "/repos/acme/**", status: 503 });
    const answer = await server().call("GET", "/api/v3/repos/acme/gitops/git/ref/heads/main");
    assert.equal(answer.status, 503);
  });

  it("can perform a call and lose the response", async () => {
    add({ ...post, path: hooks, status: 504, times: 1, applied: true });
    const answer = await server().call("POST", hooks, hook);
    assert.equal(answer.status, 504);
    assert.equal(server().github.hooks("acme/nginx").length, 1);
  });

  it("can protect a branch, so that only a pull request may change it", async () => {
    add({ kind: "protected-branch", repository: "acme/gitops" });
    const writing = server().commit("acme/gitops", "a.txt");
    await assert.rejects(writing, /PATCH refs\/heads\/main: .*Changes must be made through a pull request\./);
  });

  it("can push another commit just before the Git data API moves a branch", async () => {
    const git = "/repos/acme/gitops/git";
    const head = at(await server().call("GET", `${git}/ref/heads/main`), "object", "sha");
    const tree = at(await server().call("GET", `${git}/commits/${head}`), "tree", "sha");
    const commit = await server().call("POST", `${git}/commits`, { message: "Seed", tree, parents: [head] });
    add({ kind: "concurrent-push", repository: "acme/gitops" });
    const refused = await server().call("PATCH", `${git}/refs/heads/main`, { sha: at(commit, "sha") });
    assert.deepEqual([refused.status, at(refused, "message")], [422, "Update is not a fast forward"]);
    const now = await server().bare("acme/gitops", "log", "-1", "--format=%an %P", "main");
    assert.equal(now, `Somebody Else ${head}`);
    assert.deepEqual(server().github.faults.list(), []);
  });

  it("can change a given file in that commit", async () => {
    const file = { path: "README.md", content: "theirs\n" };
    add({ kind: "concurrent-push", repository: "acme/gitops", ...file });
    await assert.rejects(server().commit("acme/gitops", "README.md", "ours\n"), /not a fast forward/);
    assert.equal(await server().bare("acme/gitops", "show", "main:README.md"), "theirs");
  });
});

describe("the local GitHub with faults in its start options", () => {
  const server = playground({ faults: [{ kind: "error", path: "/user", status: 500, times: 1 }] });

  it("has these faults from the start", async () => {
    const first = await server().call("GET", "/user");
    const second = await server().call("GET", "/user");
    assert.deepEqual([first.status, second.status], [500, 200]);
  });

  it("lists the calls that it answered", async () => {
    await server().call("GET", "/api/v3/repos/acme/gitops/hooks?page=2");
    const call = { method: "GET", path: "/repos/acme/gitops/hooks?page=2", status: 200 };
    assert.deepEqual(server().github.requests(), [call]);
  });
});
