import assert from "node:assert/strict";
import { at, base64, playground, textAt } from "./github-playground.ts";

describe("local GitHub: files", () => {
  const server = playground();
  const path = "/repos/acme/gitops/contents/services/nginx/values-dev.yaml";
  const write = async (to: string, body: object) =>
    await server().call("PUT", to, { message: "Write", ...body });
  const read = async (from: string) => await server().call("GET", from);
  const textOf = (answer: { body: unknown }) =>
    Buffer.from(textAt(answer, "content"), "base64").toString("utf8");

  it("reads a file of the first commit", async () => {
    const answer = await read(`${path}?ref=main`);
    assert.equal(textOf(answer), "image:\n  tag: v1\n");
    assert.equal(at(answer, "encoding"), "base64");
    assert.match(textAt(answer, "url"), /values-dev\.yaml\?ref=main$/);
  });

  it("creates a file with 201 and reads it back", async () => {
    const to = "/repos/acme/gitops/contents/services/auth/values-dev.yaml";
    const created = await write(to, { content: base64("image: {}\n") });
    assert.equal(created.status, 201);
    const answer = await read(to);
    assert.equal(textOf(answer), "image: {}\n");
    assert.equal(at(answer, "sha"), at(created, "content", "sha"));
  });

  it("updates a file with 200 where the caller names the file it saw", async () => {
    const sha = at(await read(path), "sha");
    const updated = await write(path, { content: base64("image:\n  tag: v2\n"), sha });
    assert.equal(updated.status, 200);
    assert.equal(textOf(await read(path)), "image:\n  tag: v2\n");
  });

  it("refuses to overwrite a file that the caller did not name", async () => {
    const answer = await write(path, { content: base64("x") });
    assert.deepEqual(
      [answer.status, at(answer, "message")],
      [422, 'Invalid request.\n\n"sha" wasn\'t supplied.'],
    );
  });

  it("refuses to overwrite a file that changed in between", async () => {
    const answer = await write(path, { content: base64("x"), sha: "0".repeat(40) });
    assert.equal(answer.status, 409);
    assert.match(textAt(answer, "message"), /does not match 0{40}/);
  });

  it("deletes a file", async () => {
    const sha = at(await read(path), "sha");
    const deleted = await server().call("DELETE", path, { message: "Delete", sha });
    assert.deepEqual([deleted.status, at(deleted, "content")], [200, null]);
    assert.equal((await read(path)).status, 404);
  });

  it("deletes only the file that the caller saw", async () => {
    const answer = await server().call("DELETE", path, { message: "Delete", sha: "0".repeat(40) });
    assert.equal(answer.status, 409);
    assert.equal((await read(path)).status, 200);
  });

  it("writes each change as one commit on the tip, with message, author and committer", async () => {
    const before = at(await server().call("GET", "/repos/acme/gitops/git/ref/heads/main"), "object", "sha");
    const ada = { name: "Ada", email: "ada@acme.example" };
    const written = await write("/repos/acme/gitops/contents/a.txt", {
      content: base64("a"),
      author: ada,
      message: "Add a",
    });
    const commit = await server().call("GET", `/repos/acme/gitops/commits/${at(written, "commit", "sha")}`);
    assert.equal(at(commit, "commit", "message"), "Add a");
    assert.equal(at(commit, "commit", "author", "name"), "Ada");
    assert.equal(at(commit, "commit", "committer", "name"), "GitHub");
    assert.equal(at(commit, "parents", 0, "sha"), before);
    assert.deepEqual(at(commit, "files", 0, "filename"), "a.txt");
    assert.deepEqual(at(commit, "stats"), { additions: 1, deletions: 0, total: 1 });
  });

  it("finds the commits of one file", async () => {
    const other = await write("/repos/acme/gitops/contents/a.txt", { content: base64("a") });
    const commits = await server().call("GET", "/repos/acme/gitops/commits?path=a.txt&sha=main");
    assert.ok(Array.isArray(commits.body) && commits.body.length === 1);
    assert.equal(at(commits, 0, "sha"), at(other, "commit", "sha"));
  });

  it("lists a folder", async () => {
    const answer = await read("/repos/acme/gitops/contents/services");
    assert.deepEqual([at(answer, 0, "path"), at(answer, 0, "type")], ["services/nginx", "dir"]);
  });

  it("sends a file as it is to who asks for the raw type", async () => {
    const url = server().github.url + path;
    const { headers } = {
      headers: { Authorization: "Bearer the-token-of-the-tests", Accept: "application/vnd.github.raw+json" },
    };
    const response = await fetch(url, { headers });
    assert.equal(await response.text(), "image:\n  tag: v1\n");
  });

  it("keeps bytes as they are, whatever the encoding", async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128, 0]);
    await write("/repos/acme/gitops/contents/bytes.bin", { content: bytes.toString("base64") });
    const answer = await read("/repos/acme/gitops/contents/bytes.bin");
    assert.deepEqual(Buffer.from(textAt(answer, "content"), "base64"), bytes);
  });

  it("answers what is not there with 404", async () => {
    const missing = await read("/repos/acme/gitops/contents/none.txt");
    const below = await read("/repos/acme/gitops/contents/README.md/none.txt");
    const ref = await read(`${path}?ref=none`);
    assert.deepEqual([missing.status, below.status, ref.status], [404, 404, 404]);
    assert.equal(at(ref, "message"), "No commit found for the ref none");
  });

  it("refuses a write to a branch that does not exist", async () => {
    const answer = await write("/repos/acme/gitops/contents/a.txt", { content: base64("a"), branch: "none" });
    assert.deepEqual([answer.status, at(answer, "message")], [404, "Branch none not found"]);
  });

  it("starts an empty repository with its first file", async () => {
    const path = "/repos/acme/empty/contents/README.md";
    assert.equal(at(await read(path), "message"), "This repository is empty.");
    assert.equal((await write(path, { content: base64("# New\n") })).status, 201);
    assert.equal(textOf(await read(path)), "# New\n");
  });

  it("refuses content that is no base64, and a write without message", async () => {
    const content = await write("/repos/acme/gitops/contents/a.txt", { content: "not base64!" });
    const message = await write("/repos/acme/gitops/contents/a.txt", { content: "", message: "" });
    assert.deepEqual([content.status, message.status], [422, 422]);
    assert.match(textAt(content, "message"), /content is not valid Base64/);
  });

  it("lets one of two writers to a branch win, and tells the other to look again", async () => {
    const files = Array.from({ length: 8 }, (_, number) => `/repos/acme/gitops/contents/file-${number}.txt`);
    const answers = await Promise.all(
      files.map(async (file) => await write(file, { content: base64(file) })),
    );
    const won = files.filter((_, number) => answers[number]?.status === 201);
    assert.ok(won.length >= 1);
    for (const { status } of answers) assert.ok(status === 201 || status === 409, String(status));
    for (const file of won) assert.equal((await read(file)).status, 200);
  });
});
