import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { at, playground, token } from "../../../test/github-playground.ts";

describe("local GitHub: real Git behind it", () => {
  const server = playground();
  const inClone = (...args: string[]) => server().git("-C", "clone", ...args);
  const clone = async () => await server().git("clone", "--quiet", server().remote("acme/gitops"), "clone");
  const commitFile = async (name: string, text: string) => {
    await writeFile(join(server().directory, "clone", name), text);
    await inClone("add", name);
    await inClone("commit", "--quiet", "--message", `Write ${name}`);
  };

  it("clones what was written by the API", async () => {
    await server().commit("acme/gitops", "a.txt", "a\n");
    await clone();
    assert.equal(await readFile(join(server().directory, "clone", "a.txt"), "utf8"), "a\n");
    assert.equal(await inClone("log", "--format=%s"), "Write a.txt\nInitial commit");
  });

  it("shows by the API what was pushed", async () => {
    await clone();
    await commitFile("pushed.txt", "by git\n");
    await inClone("push", "--quiet");
    const answer = await server().call("GET", "/repos/acme/gitops/git/ref/heads/main");
    assert.equal(at(answer, "object", "sha"), await inClone("rev-parse", "HEAD"));
  });

  it("takes the first push to an empty repository", async () => {
    await server().git("clone", "--quiet", server().remote("acme/empty"), "clone");
    await inClone("checkout", "--quiet", "-B", "main");
    await commitFile("first.txt", "1\n");
    await inClone("push", "--quiet", "--set-upstream", "origin", "main");
    assert.equal((await server().call("GET", "/repos/acme/empty/git/ref/heads/main")).status, 200);
  });

  it("takes a push larger than Git sends in one piece", async () => {
    await clone();
    const noise = Array.from({ length: 200_000 }, (_, number) =>
      Math.imul(number, 2_654_435_761).toString(36),
    );
    await commitFile("large.txt", noise.join("\n"));
    await inClone("push", "--quiet");
    assert.equal(
      await inClone("rev-parse", "HEAD"),
      await inClone("ls-remote", "origin", "main").then(firstWord),
    );
  });

  it("clones without blobs and one folder only, as Kargo does", async () => {
    await server().git(
      "clone",
      "--quiet",
      "--filter=blob:none",
      "--sparse",
      server().remote("acme/gitops"),
      "clone",
    );
    await inClone("sparse-checkout", "set", "services/nginx");
    const file = join(server().directory, "clone", "services/nginx/values-dev.yaml");
    assert.equal(await readFile(file, "utf8"), "image:\n  tag: v1\n");
  });

  it("reads what Git sends compressed", async () => {
    const response = await fetch(`${server().github.url}/acme/gitops.git/git-upload-pack`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Git-Protocol": "version=2", "Content-Encoding": "gzip" },
      body: gzipSync("0014command=ls-refs\n0000"),
    });
    assert.match(await response.text(), / refs\/heads\/main\n/);
  });

  it("refuses a push that is no fast forward", async () => {
    await clone();
    await server().commit("acme/gitops", "a.txt");
    await commitFile("b.txt", "b\n");
    await assert.rejects(inClone("push", "--quiet"), /\[rejected\].*fetch first/);
  });

  it("gives a private repository to nobody without the token", async () => {
    const wrong = server().remote("acme/gitops").replace(token, "wrong");
    const without = `${server().github.url}/acme/gitops.git`;
    await assert.rejects(server().git("clone", "--quiet", wrong, "clone"), /Authentication failed/);
    await assert.rejects(server().git("clone", "--quiet", without, "clone"), /could not read Username/);
  });

  it("answers a repository that does not exist with 404 to who has the token", async () => {
    await assert.rejects(
      server().git("clone", "--quiet", server().remote("acme/none"), "clone"),
      /not found/,
    );
  });

  it("lets anybody clone a public repository, and only the token push to it", async () => {
    const url = `${server().github.url}/acme/public.git`;
    await server().git("clone", "--quiet", url, "clone");
    await commitFile("a.txt", "a\n");
    await assert.rejects(inClone("push", "--quiet"), /could not read Username/);
  });

  it("stops while a client is in the middle of a push", async () => {
    const { url } = server().github;
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("00")) });
    const headers = { Authorization: `Bearer ${token}` };
    const request = { method: "POST", headers, body, duplex: "half" } as const;
    const response = await fetch(`${url}/acme/gitops.git/git-receive-pack`, request);
    await server().github.stop();
    await assert.rejects(response.text());
    await assert.rejects(fetch(url));
  });
});

function firstWord(line: string): string {
  return line.split(/\s/)[0] ?? "";
}
