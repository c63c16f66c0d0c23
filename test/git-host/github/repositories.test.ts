import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { githubRepositories } from "../../../git-host/github/repositories.ts";
import { type LocalGitHub, startLocalGitHub } from "../../../sandbox/github/server.ts";

const TOKEN = "planted-token";
const HOOK = "https://hooks.acme.example/github-00/nginx";

describe("GitHub's answer about a repository", () => {
  let folder: string;
  let github: LocalGitHub;
  let unchecked: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "repositories-"));
    github = await startLocalGitHub({
      directory: folder,
      token: TOKEN,
      owner: "acme",
      repositories: [{ name: "acme/nginx" }, { name: "acme/full" }, { name: "acme/old", archived: true }],
    });
  });
  beforeEach(() => {
    unchecked = [];
    github.faults.clear();
  });
  after(async () => {
    await github?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const asked = () =>
    githubRepositories(
      "https://github.com",
      {
        auth: TOKEN,
        environment: { GITHUB_BASE_URL: github.baseUrl },
        second: 1,
        report: () => {},
      },
      (what, why) => unchecked.push(`${what}: ${why}`),
    );
  const place = (repository: string) => asked().hookAnswer(repository, HOOK);
  const post = (repository: string, url: string) =>
    fetch(`${github.url}/repos/${repository}/hooks`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ config: { url } }),
    });

  it("is ready if a hook can be created", async () => {
    assert.equal(await place("acme/nginx"), "ready");
  });

  it('is "missing" if the token sees no repository', async () => {
    assert.equal(await place("acme/nowhere"), "missing");
    github.faults.add({ kind: "error", path: "/repos/acme/nginx", status: 403 });
    assert.equal(await place("acme/nginx"), "missing");
  });

  it("is archived if GitHub refuses hooks for that reason", async () => {
    assert.equal(await place("acme/old"), "archived");
    const { status } = await post("acme/old", HOOK);
    assert.equal(status, 403);
  });

  for (const status of [403, 404] as const)
    it(`is no-hooks if the list of hooks answers ${status}`, async () => {
      github.faults.add({ kind: "error", path: "/repos/acme/nginx/hooks", status });
      assert.equal(await place("acme/nginx"), "no-hooks");
      assert.equal(await asked().hookAnswer("acme/nginx", undefined), "ready");
    });

  it("is full with 20 hooks for pushes, unless the service's hook is one of them", async () => {
    for (let index = 0; index < 20; index += 1) await post("acme/full", `${HOOK}-${index}`);
    assert.equal(await place("acme/full"), "full");
    assert.equal(await asked().hookAnswer("acme/full", `${HOOK}-7`), "ready");
  });

  it("is unknown, and reported, if GitHub fails or its limit is exhausted", async () => {
    github.faults.add({ kind: "error", path: "/repos/acme/nginx", status: 502, message: "Bad Gateway" });
    assert.equal(await place("acme/nginx"), "unknown");
    assert.deepEqual(unchecked, ["acme/nginx: GitHub answered 502 (Bad Gateway)"]);
  });

  it("has a hook only if the token may change it", async () => {
    assert.equal(await asked().hasHook("acme/full", `${HOOK}-7`), true);
    assert.equal(await asked().hasHook("acme/full", HOOK), false);
    assert.equal(await asked().hasHook("acme/nowhere", HOOK), false);
    github.faults.add({ kind: "error", path: "/repos/acme/full/hooks", status: 500 });
    assert.equal(await asked().hasHook("acme/full", `${HOOK}-7`), undefined);
  });
});
