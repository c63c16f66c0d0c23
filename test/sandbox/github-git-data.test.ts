import assert from "node:assert/strict";
import { at, base64, type Playground, playground, textAt } from "./github-playground.ts";

const git = "/repos/acme/gitops/git";

describe("local GitHub: one commit of many files", () => {
  const server = playground();

  it("writes blobs, a tree on the old tree, a commit, and moves the branch", async () => {
    const head = await headOf(server());
    const base = at(await server().call("GET", `${git}/commits/${head}`), "tree", "sha");
    const blob = await server().call("POST", `${git}/blobs`, {
      content: base64("a: 1\n"),
      encoding: "base64",
    });
    const tree = await server().call("POST", `${git}/trees`, {
      base_tree: base,
      tree: [
        { path: "services/auth/values-dev.yaml", mode: "100644", type: "blob", sha: at(blob, "sha") },
        { path: "services/auth/values-prod.yaml", mode: "100644", type: "blob", content: "b: 2\n" },
        { path: "README.md", mode: "100644", type: "blob", sha: null },
      ],
    });
    assert.equal(tree.status, 201);
    const commit = await commitOn(server(), head, textAt(tree, "sha"));
    const moved = await server().call("PATCH", `${git}/refs/heads/main`, { sha: commit });
    assert.deepEqual([moved.status, at(moved, "object", "sha")], [200, commit]);
    assert.deepEqual(await pathsOf(server(), "main"), [
      "services/auth/values-dev.yaml",
      "services/auth/values-prod.yaml",
      "services/nginx/values-dev.yaml",
    ]);
    assert.equal(await headOf(server()), commit);
  });

  it("takes a folder over and drops a folder by its path", async () => {
    const head = await headOf(server());
    const root = await server().call("GET", `${git}/trees/${head}`);
    const services = entries(root).find(({ path }) => path === "services")?.sha;
    const tree = await server().call("POST", `${git}/trees`, {
      base_tree: at(root, "sha"),
      tree: [
        { path: "copy", mode: "040000", type: "tree", sha: services },
        { path: "services", mode: "040000", type: "tree", sha: null },
      ],
    });
    assert.deepEqual(await pathsOf(server(), textAt(tree, "sha")), [
      "README.md",
      "copy/nginx/values-dev.yaml",
    ]);
  });

  it("reads a blob back", async () => {
    const blob = await server().call("POST", `${git}/blobs`, { content: "plain é\n" });
    const read = await server().call("GET", `${git}/blobs/${at(blob, "sha")}`);
    assert.equal(Buffer.from(textAt(read, "content"), "base64").toString("utf8"), "plain é\n");
  });

  it("keeps author, committer, date and message of a commit", async () => {
    const head = await headOf(server());
    const tree = at(await server().call("GET", `${git}/commits/${head}`), "tree", "sha");
    const author = { name: "Ada", email: "ada@acme.example", date: "2026-01-02T03:04:05Z" };
    const message = "Seed\n\nTwo paragraphs.";
    const commit = await server().call("POST", `${git}/commits`, { message, tree, parents: [head], author });
    assert.deepEqual(at(commit, "author"), author);
    assert.deepEqual(at(commit, "committer"), author);
    assert.equal(at(commit, "message"), message);
  });
});

describe("local GitHub: references", () => {
  const server = playground();

  it("refuses an update that is no fast forward, and takes it by force", async () => {
    const head = await headOf(server());
    const tree = await treeOf(server(), head);
    const ours = await commitOn(server(), head, tree, "ours");
    const theirs = await commitOn(server(), head, tree, "theirs");
    assert.equal((await server().call("PATCH", `${git}/refs/heads/main`, { sha: theirs })).status, 200);
    const refused = await server().call("PATCH", `${git}/refs/heads/main`, { sha: ours });
    assert.deepEqual([refused.status, at(refused, "message")], [422, "Update is not a fast forward"]);
    assert.equal(await headOf(server()), theirs);
    const forced = await server().call("PATCH", `${git}/refs/heads/main`, { sha: ours, force: true });
    assert.equal(forced.status, 200);
    assert.equal(await headOf(server()), ours);
  });

  it("creates a branch, also with a slash, reads it by both APIs, and deletes it", async () => {
    const sha = await headOf(server());
    const created = await server().call("POST", `${git}/refs`, { ref: "refs/heads/feature/x", sha });
    assert.equal(created.status, 201);
    const branch = await server().call("GET", "/repos/acme/gitops/branches/feature%2Fx");
    assert.deepEqual([at(branch, "name"), at(branch, "commit", "sha")], ["feature/x", sha]);
    const listed = await server().call("GET", "/repos/acme/gitops/branches");
    assert.deepEqual([at(listed, 0, "name"), at(listed, 1, "name")], ["feature/x", "main"]);
    assert.equal((await server().call("DELETE", `${git}/refs/heads/feature/x`)).status, 204);
    assert.equal((await server().call("GET", `${git}/ref/heads/feature/x`)).status, 404);
  });

  for (const [what, ref, message] of [
    ["a branch that exists", "refs/heads/main", "Reference already exists"],
    ["a name outside refs", "heads/x", "Reference name must start with 'refs/' and contain a second slash."],
    ["a name that Git does not take", "refs/heads/a..b", "refs/heads/a..b is not a valid ref name."],
  ] as const) {
    it(`refuses to create ${what}`, async () => {
      const answer = await server().call("POST", `${git}/refs`, { ref, sha: await headOf(server()) });
      assert.deepEqual([answer.status, at(answer, "message")], [422, message]);
    });
  }

  it("takes a name with a NUL for no name, not for two updates", async () => {
    const sha = await headOf(server());
    const ref = `refs/heads/one\0${sha}\0${"0".repeat(40)}\0update refs/heads/two`;
    const answer = await server().call("POST", `${git}/refs`, { ref, sha });
    assert.equal(answer.status, 422);
    assert.equal((await server().call("GET", `${git}/ref/heads/one`)).status, 404);
  });

  it("refuses to move what does not exist, and to what does not exist", async () => {
    const sha = await headOf(server());
    const noReference = await server().call("PATCH", `${git}/refs/heads/none`, { sha });
    const noObject = await server().call("PATCH", `${git}/refs/heads/main`, { sha: "1".repeat(40) });
    assert.equal(at(noReference, "message"), "Reference does not exist");
    assert.equal(at(noObject, "message"), "Object does not exist");
  });

  it("refuses to delete the default branch", async () => {
    assert.equal((await server().call("DELETE", `${git}/refs/heads/main`)).status, 422);
    assert.equal((await server().call("GET", `${git}/ref/heads/main`)).status, 200);
  });

  it("has nothing to give of an empty repository", async () => {
    const answer = await server().call("GET", "/repos/acme/empty/git/ref/heads/main");
    assert.deepEqual([answer.status, at(answer, "message")], [409, "Git Repository is empty."]);
  });

  for (const [what, route, body] of [
    [
      "a tree with a path that leaves it",
      "trees",
      { tree: [{ path: "../x", mode: "100644", content: "x" }] },
    ],
    [
      "a tree with a path into .git",
      "trees",
      { tree: [{ path: ".git/config", mode: "100644", content: "x" }] },
    ],
    [
      "a tree of objects that are not there",
      "trees",
      { tree: [{ path: "x", mode: "100644", sha: "1".repeat(40) }] },
    ],
    ["a commit of a tree that is not there", "commits", { message: "m", tree: "1".repeat(40) }],
    ["a commit without message", "commits", { message: "", tree: "1".repeat(40) }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.equal((await server().call("POST", `${git}/${route}`, body)).status, 422);
    });
  }
});

async function headOf(server: Playground): Promise<string> {
  return textAt(await server.call("GET", `${git}/ref/heads/main`), "object", "sha");
}

async function treeOf(server: Playground, commit: string): Promise<string> {
  return textAt(await server.call("GET", `${git}/commits/${commit}`), "tree", "sha");
}

async function commitOn(server: Playground, parent: string, tree: string, message = "Seed"): Promise<string> {
  return textAt(await server.call("POST", `${git}/commits`, { message, tree, parents: [parent] }), "sha");
}

function entries(tree: { readonly body: unknown }): { path: unknown; type: unknown; sha: unknown }[] {
  const list = at(tree, "tree");
  assert.ok(Array.isArray(list));
  return list;
}

async function pathsOf(server: Playground, tree: string): Promise<unknown[]> {
  const answer = await server.call("GET", `${git}/trees/${tree}?recursive=1`);
  return entries(answer)
    .filter(({ type }) => type === "blob")
    .map(({ path }) => path);
}
