import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { at, playground, token } from "../../../test/github-playground.ts";

describe("the local GitHub and real Git", () => {
  const server = playground();
  const inClone = (...args: string[]) => server().git("-C", "clone", ...args);
  const clone = async () => await server().git("clone", "--quiet", server().remote("acme/gitops"), "clone");
  const commitFile = async (name: string, text: string) => {
    await writeFile(join(server().directory, "clone", name), text);
    await inClone("add", name);
    await inClone("commit", "--quiet", "--message", `Write ${name}`);
  };

  it("clones commits that the API wrote", async () => {
    await server().commit("acme/gitops", "a.txt", "a\n");
    await clone();
    assert.equal(await readFile(join(server().directory, "clone", "a.txt"), "utf8"), "a\n");
    assert.equal(await inClone("log", "--format=%s"), "Write a.txt\nInitial commit");
  });

  it("shows pushed commits in the API", async () => {
    await clone();
    await commitFile("pushed.txt", "by git\n");
    await inClone("push", "--quiet");
    const answer = await server().call("GET", "/repos/acme/gitops/git/ref/heads/main");
    assert.equal(at(answer, "object", "sha"), await inClone("rev-parse", "HEAD"));
  });

  it("accepts the first push to an empty repository", async () => {
    await server().git("clone", "--quiet", server().remote("acme/empty"), "clone");
    await inClone("checkout", "--quiet", "-B", "main");
    await commitFile("first.txt", "1\n");
    await inClone("push", "--quiet", "--set-upstream", "origin", "main");
    assert.equal((await server().call("GET", "/repos/acme/empty/git/ref/heads/main")).status, 200);
  });

  it("accepts a push larger than Git sends in one piece", async () => {
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

  it("clones one folder without blobs, as Kargo does", async () => {
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

  it("reads compressed requests of Git", async () => {
    const response = await fetch(`${server().github.url}/acme/gitops.git/git-upload-pack`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Git-Protocol": "version=2", "Content-Encoding": "gzip" },
      body: gzipSync("0014command=ls-refs\n0000"),
    });
    assert.match(await response.text(), / refs\/heads\/main\n/);
  });

  it("refuses a push that is not a fast forward", async () => {
    await clone();
    await server().commit("acme/gitops", "a.txt");
    await commitFile("b.txt", "b\n");
    await assert.rejects(inClone("push", "--quiet"), /\[rejected\].*fetch first/);
  });

  it("requires the token to clone a private repository", async () => {
    const wrong = server().remote("acme/gitops").replace(token, "wrong");
    const without = `${server().github.url}/acme/gitops.git`;
    await assert.rejects(server().git("clone", "--quiet", wrong, "clone"), /Authentication failed/);
    await assert.rejects(server().git("clone", "--quiet", without, "clone"), /could not read Username/);
  });

  it("answers 404 for a missing repository if the token is right", async () => {
    await assert.rejects(
      server().git("clone", "--quiet", server().remote("acme/none"), "clone"),
      /not found/,
    );
  });

  it("lets everybody clone a public repository, but requires the token for a push", async () => {
    const url = `${server().github.url}/acme/public.git`;
    await server().git("clone", "--quiet", url, "clone");
    await commitFile("a.txt", "a\n");
    await assert.rejects(inClone("push", "--quiet"), /could not read Username/);
  });

  it("stops during a push", async () => {
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
