import assert from "node:assert/strict";
import { create } from "../../../../components/values-files/provider.ts";
import type { GitHubAuth } from "../../../../git-host/github/api/auth.ts";
import { gitHubApi } from "../../../../git-host/github/api/client.ts";
import { newApp } from "../../../github-app.ts";
import { at, playground } from "../../../github-playground.ts";

const app = newApp();

describe("a GitHub App", function () {
  this.timeout(30_000);
  /** The offset of the clock in milliseconds. */
  let ahead = 0;
  const { now } = Date;
  beforeEach(() => {
    ahead = 0;
    Date.now = () => now() + ahead;
  });
  afterEach(() => {
    Date.now = now;
  });
  const server = playground({ installedApp: app.installed });
  const api = (auth: GitHubAuth) =>
    gitHubApi(server().github.url, {
      auth,
      environment: {},
      second: 1,
      report: () => {},
      longestWait: 0,
      giveUp: () => new Error("the limit is used up"),
    });
  const tokens = () =>
    server()
      .github.requests()
      .filter(({ path }) => path.endsWith("/access_tokens")).length;
  const read = async ({ octokit, call }: ReturnType<typeof api>) =>
    await call(
      async () => await octokit.request("GET /repos/{owner}/{repo}", { owner: "acme", repo: "gitops" }),
      ({ status, message }) => new Error(`${status} ${message}`),
    );

  it("uses one token of its installation for many calls", async () => {
    const opened = api(app.auth);
    for (const _ of [1, 2, 3]) assert.equal((await read(opened)).status, 200);
    assert.equal(tokens(), 1);
  });

  it("requests another token after an hour", async () => {
    const opened = api(app.auth);
    await read(opened);
    ahead = 3_700_000;
    assert.equal((await read(opened)).status, 200);
    assert.equal(tokens(), 2);
  });

  it("commits the values files of a stack", async () => {
    const file = "services/nginx/values-qa.yaml";
    const target = { repository: "acme/gitops", branch: "main", url: server().github.url };
    const services = { nginx: { image: "registry.example/nginx", files: { qa: file } } };
    await create({ ...target, services }, { app: JSON.stringify(app.auth) });
    const commits = await server().call("GET", "/repos/acme/gitops/git/ref/heads/main");
    assert.match(
      await server().bare("acme/gitops", "log", "-1", "--format=%s", String(at(commits, "object", "sha"))),
      /^Seed values of nginx/,
    );
  });

  it("with a wrong key is refused, without showing the key", async () => {
    const { privateKey } = newApp().auth;
    const error = await read(api({ ...app.auth, privateKey })).catch((caught: Error) => caught);
    assert.ok(error instanceof Error);
    assert.match(error.message, /^401 A JSON web token could not be decoded/);
    assert.ok(!`${error.message}${error.stack}`.includes(privateKey.split("\n")[1] ?? ""));
  });

  it("that is not installed is refused", async () => {
    await assert.rejects(read(api({ ...app.auth, installationId: "7" })), /^Error: 404 Not Found/);
  });
});
