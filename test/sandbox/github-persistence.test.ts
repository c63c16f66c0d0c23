import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalGitHub } from "../../sandbox/github/server.ts";
import { at, base64, playground, token } from "./github-playground.ts";

describe("local GitHub: what a restart keeps", () => {
  const server = playground();

  it("keeps hooks, their ids and their secrets", async () => {
    const config = { url: "https://hooks.acme.example", secret: "the-hook-secret" };
    const created = await server().call("POST", "/repos/acme/nginx/hooks", { config });
    await server().restart();
    const [hook] = server().github.hooks("acme/nginx");
    assert.deepEqual([hook?.id, hook?.hasSecret], [at(created, "id"), true]);
    const another = await server().call("POST", "/repos/acme/nginx/hooks", {
      config: { url: "https://b.example" },
    });
    assert.notEqual(at(another, "id"), at(created, "id"));
  });

  it("keeps files and history, and does not write the first commit again", async () => {
    await server().call("PUT", "/repos/acme/gitops/contents/a.txt", {
      message: "Add a",
      content: base64("a"),
    });
    const before = await server().call("GET", "/repos/acme/gitops/git/ref/heads/main");
    await server().restart();
    const after = await server().call("GET", "/repos/acme/gitops/git/ref/heads/main");
    assert.equal(at(after, "object", "sha"), at(before, "object", "sha"));
  });

  it("keeps the id of a repository", async () => {
    const before = at(await server().call("GET", "/repos/acme/nginx"), "id");
    await server().restart();
    assert.equal(at(await server().call("GET", "/repos/acme/nginx"), "id"), before);
  });

  it("keeps its state from everybody else's eyes, and leaves no half-written file", async () => {
    await server().call("POST", "/repos/acme/nginx/hooks", {
      config: { url: "https://a.example", secret: "s" },
    });
    const data = join(server().directory, "data");
    assert.equal((await stat(join(data, "state.json"))).mode & 0o077, 0);
    assert.deepEqual((await readdir(data)).sort(), ["repositories", "state.json"]);
  });
});

describe("local GitHub: where it cannot start", () => {
  let directory = "";
  const start = async (more: object = {}) =>
    await startLocalGitHub({ directory, token, owner: "acme", repositories: [], ...more });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "local-github-"));
  });
  afterEach(async () => await rm(directory, { recursive: true, force: true }));

  it("says which file is no state of its own, and the way out", async () => {
    await writeFile(join(directory, "state.json"), "{}");
    await assert.rejects(start(), /state\.json is not a state of the local GitHub\. Remove its folder/);
  });

  it("says that a port is taken", async () => {
    const first = await start();
    const other = await mkdtemp(join(tmpdir(), "local-github-"));
    try {
      const port = Number(new URL(first.url).port);
      await assert.rejects(
        start({ directory: other, port }),
        /Port \d+ of 127\.0\.0\.1 is taken\. Choose another one/,
      );
    } finally {
      await first.stop();
      await rm(other, { recursive: true, force: true });
    }
  });

  it("takes no empty token", async () => {
    await assert.rejects(start({ token: "" }), /needs a token/);
  });

  it("makes a repository anew that a killed start left half made", async () => {
    await writeFile(join(directory, "not-a-repository"), "");
    const first = await start({ repositories: [{ name: "acme/nginx", files: { a: "a" } }] });
    await first.stop();
    await rm(join(directory, "state.json"));
    const second = await start({ repositories: [{ name: "acme/nginx", files: { a: "a" } }] });
    const headers = { Authorization: `Bearer ${token}` };
    const answer = await fetch(`${second.url}/repos/acme/nginx/contents/a`, { headers });
    await second.stop();
    assert.equal(answer.status, 200);
  });
});
