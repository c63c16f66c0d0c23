import assert from "node:assert/strict";
import { at, base64, playground, textAt } from "./github-playground.ts";

describe("local GitHub: faults", () => {
  const server = playground();
  const hooks = "/repos/acme/nginx/hooks";
  const hook = { config: { url: "https://hooks.acme.example" } };

  it("answers the next calls of a route with an error, then works again", async () => {
    server().github.faults.add({
      kind: "error",
      method: "POST",
      path: "/repos/*/*/hooks",
      status: 502,
      times: 2,
    });
    const answers = [];
    for (let call = 0; call < 3; call += 1) answers.push(await server().call("POST", hooks, hook));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [502, 502, 201],
    );
  });

  it("leaves other routes and methods alone", async () => {
    server().github.faults.add({ kind: "error", method: "POST", path: "/repos/*/*/hooks", status: 500 });
    const list = await server().call("GET", hooks);
    const one = await server().call("POST", "/orgs/acme/hooks", hook);
    assert.deepEqual([list.status, one.status], [200, 201]);
  });

  it("takes ** for any rest of a route, also below /api/v3", async () => {
    server().github.faults.add({ kind: "error", path: "/repos/acme/**", status: 503 });
    const answer = await server().call("GET", "/api/v3/repos/acme/gitops/contents/README.md");
    assert.equal(answer.status, 503);
  });

  it("does what was asked and loses the answer", async () => {
    server().github.faults.add({
      kind: "error",
      method: "POST",
      path: hooks,
      status: 504,
      times: 1,
      applied: true,
    });
    const answer = await server().call("POST", hooks, hook);
    assert.equal(answer.status, 504);
    assert.equal(server().github.hooks("acme/nginx").length, 1);
  });

  it("answers late", async () => {
    server().github.faults.add({ kind: "delay", path: "/user", milliseconds: 300, times: 1 });
    const before = performance.now();
    await server().call("GET", "/user");
    assert.ok(performance.now() - before >= 290);
    assert.deepEqual(server().github.faults.list(), []);
  });

  it("fails Git's own calls too", async () => {
    server().github.faults.add({ kind: "error", path: "/acme/gitops.git/**", status: 503 });
    await assert.rejects(server().git("clone", "--quiet", server().remote("acme/gitops"), "clone"), /503/);
  });

  it("lets only a pull request change a protected branch", async () => {
    server().github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
    const file = { message: "Add a", content: base64("a") };
    const contents = await server().call("PUT", "/repos/acme/gitops/contents/a.txt", file);
    const head = await server().call("GET", "/repos/acme/gitops/git/ref/heads/main");
    const sha = at(head, "object", "sha");
    const reference = await server().call("PATCH", "/repos/acme/gitops/git/refs/heads/main", { sha });
    assert.deepEqual([contents.status, reference.status], [409, 422]);
    for (const answer of [contents, reference]) {
      assert.match(textAt(answer, "message"), /Changes must be made through a pull request\./);
    }
    const branch = await server().call("GET", "/repos/acme/gitops/branches/main");
    assert.equal(at(branch, "protected"), true);
  });

  it("pushes in between, so that a branch moved by the Git data API is no longer where it was read", async () => {
    const git = "/repos/acme/gitops/git";
    const head = at(await server().call("GET", `${git}/ref/heads/main`), "object", "sha");
    const tree = at(await server().call("GET", `${git}/commits/${head}`), "tree", "sha");
    const commit = await server().call("POST", `${git}/commits`, { message: "Seed", tree, parents: [head] });
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops" });
    const refused = await server().call("PATCH", `${git}/refs/heads/main`, { sha: at(commit, "sha") });
    assert.deepEqual([refused.status, at(refused, "message")], [422, "Update is not a fast forward"]);
    const now = await server().call("GET", "/repos/acme/gitops/commits/main");
    assert.equal(at(now, "commit", "author", "name"), "Somebody Else");
    assert.equal(at(now, "parents", 0, "sha"), head);
  });

  it("pushes the very file in between, so that its writer is told to look again", async () => {
    const path = "/repos/acme/gitops/contents/README.md";
    const sha = at(await server().call("GET", path), "sha");
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops", path: "README.md" });
    const write = async () =>
      await server().call("PUT", path, { message: "Write", content: base64("x"), sha });
    assert.equal((await write()).status, 409);
    assert.equal(server().github.faults.list().length, 0);
  });
});

describe("local GitHub: faults turned on from outside", () => {
  const server = playground({ faults: [{ kind: "error", path: "/user", status: 500, times: 1 }] });
  const admin = "/_sandbox/faults";

  it("has the faults of its start options", async () => {
    const first = await server().call("GET", "/user");
    const second = await server().call("GET", "/user");
    assert.deepEqual([first.status, second.status], [500, 200]);
  });

  it("takes faults and limits over its own endpoint, lists them, and turns them off", async () => {
    const fault = { kind: "error", path: "/rate_limit", status: 503, times: 5 };
    const limits = { primary: { limit: 10, seconds: 60 } };
    const added = await server().call("POST", admin, { faults: [fault], limits });
    assert.equal(added.status, 200);
    assert.equal((await server().call("GET", "/rate_limit")).status, 503);
    const listed = await server().call("GET", admin);
    assert.deepEqual([at(listed, "faults", 1, "times"), at(listed, "limits")], [4, limits]);
    assert.equal((await server().call("DELETE", admin)).status, 204);
    assert.deepEqual((await server().call("GET", admin)).body, { faults: [], limits: {} });
  });

  it("refuses a fault that it does not know, naming the field", async () => {
    const answer = await server().call("POST", admin, {
      faults: [{ kind: "error", path: "/user", status: 200 }],
    });
    assert.equal(answer.status, 422);
    assert.match(textAt(answer, "message"), /"faults\.0\.status"/);
  });

  it("lets nobody in without the token", async () => {
    for (const headers of [{}, { Authorization: "Bearer wrong" }] as Record<string, string>[]) {
      for (const path of [admin, "/_sandbox/requests"]) {
        assert.equal((await server().call("GET", path, undefined, headers)).status, 401);
      }
    }
  });

  it("tells which calls it answered", async () => {
    await server().call("GET", "/api/v3/repos/acme/gitops/contents/none?ref=main");
    const call = { method: "GET", path: "/repos/acme/gitops/contents/none?ref=main", status: 404 };
    assert.deepEqual(server().github.requests(), [call]);
    assert.deepEqual((await server().call("GET", "/_sandbox/requests")).body, [call]);
  });
});
