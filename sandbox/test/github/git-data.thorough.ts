import assert from "node:assert/strict";
import { at, type Playground, playground, textAt } from "../../../test/github-playground.ts";

const git = "/repos/acme/gitops/git";

describe("the local GitHub: one commit of many files", () => {
  const server = playground();

  it("writes a tree, a commit, and moves the branch", async () => {
    const head = await headOf(server());
    const file = { mode: "100644", type: "blob" };
    const tree = await server().call("POST", `${git}/trees`, {
      base_tree: await treeOf(server(), head),
      tree: [
        { ...file, path: "services/auth/values-dev.yaml", content: "a: é\n" },
        { ...file, path: "services/auth/values-prod.yaml", content: "b: 2\n" },
      ],
    });
    assert.equal(tree.status, 201);
    const commit = await commitOn(server(), head, textAt(tree, "sha"), "Seed\n\nTwo paragraphs.");
    const moved = await server().call("PATCH", `${git}/refs/heads/main`, { sha: commit });
    assert.deepEqual([moved.status, at(moved, "object", "sha")], [200, commit]);
    const listed = at(await server().call("GET", `${git}/trees/main?recursive=1`), "tree") as {
      path: string;
    }[];
    const ours = await server().bare("acme/gitops", "ls-tree", "-r", "-t", "--name-only", "main");
    assert.deepEqual(
      listed.map(({ path }) => path),
      ours.split("\n"),
    );
    assert.equal(await server().bare("acme/gitops", "show", "main:services/auth/values-dev.yaml"), "a: é");
    const who = "sandbox <1+sandbox@users.noreply.github.com>";
    const format = "--format=%P %an <%ae> %cn <%ce> %B";
    const shown = await server().bare("acme/gitops", "log", "-1", format, "main");
    assert.equal(shown.trimEnd(), `${head} ${who} ${who} Seed\n\nTwo paragraphs.`);
  });
});

describe("the local GitHub: moved files", () => {
  const server = playground();
  const path = "services/nginx/values-dev.yaml";
  const file = { mode: "100644", type: "blob" };

  it("returns the bytes of a blob, and adds it at another path by its id", async () => {
    const head = await headOf(server());
    const blob = await server().bare("acme/gitops", "rev-parse", `main:${path}`);
    const read = await server().call("GET", `${git}/blobs/${blob}`);
    assert.deepEqual([read.status, at(read, "encoding")], [200, "base64"]);
    const text = Buffer.from(textAt(read, "content"), "base64").toString("utf8");
    assert.equal(text.trimEnd(), await server().bare("acme/gitops", "show", `main:${path}`));
    const edits = [
      { ...file, path: "apps/nginx/values-dev.yaml", sha: blob },
      { ...file, path, sha: null },
    ];
    const tree = await server().call("POST", `${git}/trees`, { base_tree: head, tree: edits });
    assert.equal(tree.status, 201);
    const names = await server().bare("acme/gitops", "ls-tree", "-r", "--name-only", textAt(tree, "sha"));
    assert.deepEqual(names.split("\n"), ["README.md", "apps/nginx/values-dev.yaml"]);
  });

  it("refuses to delete a missing file, and to add an entry that is no blob", async () => {
    const head = await headOf(server());
    const post = async (edit: object) =>
      (await server().call("POST", `${git}/trees`, { base_tree: head, tree: [{ ...file, ...edit }] })).status;
    assert.equal(await post({ path: "nowhere", sha: null }), 422);
    assert.equal(await post({ path: "x", sha: head }), 422);
    assert.equal((await server().call("GET", `${git}/blobs/${head}`)).status, 404);
  });
});

describe("the local GitHub: references", () => {
  const server = playground();

  it("refuses an update that is not a fast forward", async () => {
    const head = await headOf(server());
    const tree = await treeOf(server(), head);
    const ours = await commitOn(server(), head, tree, "ours");
    const theirs = await commitOn(server(), head, tree, "theirs");
    assert.equal((await server().call("PATCH", `${git}/refs/heads/main`, { sha: theirs })).status, 200);
    const refused = await server().call("PATCH", `${git}/refs/heads/main`, { sha: ours });
    assert.deepEqual([refused.status, at(refused, "message")], [422, "Update is not a fast forward"]);
    assert.equal(await headOf(server()), theirs);
  });

  it("reads and moves a branch with a slash", async () => {
    await server().bare("acme/gitops", "branch", "feature/x", "main");
    const head = await headOf(server(), "feature/x");
    const commit = await commitOn(server(), head, await treeOf(server(), head));
    await server().call("PATCH", `${git}/refs/heads%2Ffeature%2Fx`, { sha: commit });
    assert.deepEqual([await headOf(server(), "feature/x"), await headOf(server())], [commit, head]);
  });

  it("refuses to move a missing reference, or to move one to a missing commit", async () => {
    const sha = await headOf(server());
    const noReference = await server().call("PATCH", `${git}/refs/heads/none`, { sha });
    const noObject = await server().call("PATCH", `${git}/refs/heads/main`, { sha: "1".repeat(40) });
    assert.equal(at(noReference, "message"), "Reference does not exist");
    assert.equal(at(noObject, "message"), "Object does not exist");
  });

  it("answers 409 for an empty repository", async () => {
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
    ["a commit of a tree that is not there", "commits", { message: "m", tree: "1".repeat(40) }],
    ["a commit without message", "commits", { message: "", tree: "1".repeat(40) }],
  ] as const) {
    it(`refuses ${what}`, async () => {
      assert.equal((await server().call("POST", `${git}/${route}`, body)).status, 422);
    });
  }
});

async function headOf(server: Playground, branch = "main"): Promise<string> {
  return textAt(await server.call("GET", `${git}/ref/heads/${branch}`), "object", "sha");
}

async function treeOf(server: Playground, commit: string): Promise<string> {
  return textAt(await server.call("GET", `${git}/commits/${commit}`), "tree", "sha");
}

async function commitOn(server: Playground, parent: string, tree: string, message = "Seed"): Promise<string> {
  return textAt(await server.call("POST", `${git}/commits`, { message, tree, parents: [parent] }), "sha");
}
