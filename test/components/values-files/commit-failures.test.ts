import assert from "node:assert/strict";
import getPort from "get-port";
import { commitMissing } from "../../../components/values-files/commit.ts";
import { token } from "../../github-playground.ts";
import { filesOf, gitopsRepository, headOf, subjects } from "./missing-files.ts";

const WAITS = /^GitHub's rate limit is reached; going on in [234]\d s\.$/m;

describe("the commit of missing values files", function () {
  this.timeout(60_000);
  const { server, target, fastRun, calls, rejected } = gitopsRepository();

  it("outlasts GitHub's own failures", async () => {
    server().github.faults.add({
      kind: "error",
      path: "/repos/*/*/git/trees",
      method: "POST",
      status: 502,
      times: 3,
    });
    await commitMissing(target(), filesOf("auth"), fastRun().options);
    assert.equal(calls().filter((call) => call === "POST git/trees").length, 4);
  });

  it("is made once if its answer is lost", async () => {
    const fault = { kind: "error", path: "/repos/*/*/git/refs/**", method: "PATCH", status: 502 } as const;
    server().github.faults.add({ ...fault, times: 1, applied: true });
    const { commit } = await commitMissing(target(), filesOf("auth"), fastRun().options);
    assert.equal(await headOf(server()), commit);
    assert.equal((await subjects(server())).length, 2);
  });

  it("waits as long as GitHub's limit on content says", async () => {
    const { options, lines } = fastRun();
    server().github.limits.set({ contentCreation: [{ limit: 2, seconds: 40 }] });
    await commitMissing(target(), filesOf("auth"), options);
    assert.equal(lines.length, 1);
    assert.match(lines.join("\n"), WAITS);
  });

  it("waits until the limit of calls is reset", async () => {
    const { options, lines } = fastRun();
    server().github.limits.set({ primary: { limit: 5, seconds: 40 } });
    await commitMissing(target(), filesOf("auth"), options);
    assert.match(lines.join("\n"), WAITS);
  });

  it("waits a minute for a secondary limit without a time", async () => {
    const { options, lines } = fastRun();
    const message = "You have exceeded a secondary rate limit.";
    server().github.faults.add({
      kind: "error",
      path: "/repos/*/*/git/commits",
      status: 403,
      times: 1,
      message,
    });
    await commitMissing(target(), filesOf("auth"), options);
    assert.deepEqual(lines, ["GitHub's rate limit is reached; going on in 60 s."]);
  });

  it("does not wait an hour", async () => {
    server().github.limits.set({ contentCreation: [{ limit: 0, seconds: 3600 }] });
    await rejected(
      /rate limit for this token is exhausted for another 60 min\. Nothing was written\. Run again after \d\d:\d\d UTC/,
    );
  });

  for (const [title, fault, message] of [
    [
      "reports repeated failures of GitHub",
      { kind: "error", path: "/repos/*/*/git/ref/**", status: 503 },
      /it answered 503 \(Server Error\) again and again\. Run again later/,
    ],
    [
      "names the rule of a protected branch, and a fix",
      { kind: "protected-branch", repository: "acme/gitops" },
      /^The branch main of acme\/gitops at http\S+ accepts no direct commit: Repository rule violations found Changes must be made through a pull request\. Nothing was written\. .*App bypass that rule.*fleet -- seed --stack <stack> --output <checkout>/,
    ],
    [
      "reports a read-only token",
      {
        kind: "error",
        path: "/repos/*/*/git/trees",
        method: "POST",
        status: 403,
        message: "Resource not accessible by personal access token",
      },
      /may read it, but not write it \(Resource not accessible by .*Contents: read and write/,
    ],
    [
      "shows no token even if GitHub repeats it",
      { kind: "error", path: "/repos/*/*/git/trees/**", status: 400, message: `no: ${token}` },
      /it answered 400 \(no: \(token\)\) while reading/,
    ],
  ] as const)
    it(title, async () => {
      server().github.faults.add(fault);
      await rejected(message);
    });

  for (const [what, repository, branch, message] of [
    ["a repository that is not there", "acme/none", "main", /There is no repository acme\/none at http/],
    ["a branch that is not there", "acme/gitops", "live", /has no branch live\. Create it/],
    ["a repository without a commit", "acme/empty", "main", /is empty\. Push a first commit to main/],
  ] as const) {
    it(`explains ${what}`, async () => {
      await assert.rejects(commitMissing(target(branch, repository), filesOf("auth"), { auth: token }), {
        name: "SeedError",
        message,
      });
    });
  }

  it("reports a wrong token without showing it", async () => {
    const options = { auth: "wrong-token" };
    const error = await commitMissing(target(), filesOf("auth"), options).catch((caught: Error) => caught);
    assert.ok(error instanceof Error);
    assert.match(error.message, /rejects the token \(Bad credentials\).*config set --secret github:token/);
    assert.doesNotMatch(`${error.message}${error.stack}${JSON.stringify(error)}`, /wrong-token/);
  });

  it("reports a missing token before any call", async () => {
    for (const none of [undefined, ""]) {
      await assert.rejects(
        commitMissing(target(), filesOf("auth"), { auth: none }),
        /There is no token for GitHub/,
      );
    }
    assert.deepEqual(calls(), []);
  });

  it("reports that GitHub cannot be reached", async () => {
    const nowhere = { ...target(), url: `http://127.0.0.1:${await getPort()}` };
    await assert.rejects(commitMissing(nowhere, filesOf("auth"), fastRun().options), {
      name: "SeedError",
      message:
        /at http:\/\/127\.0\.0\.1:\d+: it cannot be reached \(.*ECONNREFUSED.*\)\. Nothing was written/,
    });
  });

  for (const [what, path, message] of [
    ["a file where a folder should be", "README.md/values-dev.yaml", /^README\.md is a file on main of acme/],
    ["a folder where a file should be", "services/nginx", /^services\/nginx is a folder on main of acme/],
  ] as const) {
    it(`changes nothing if there is ${what}`, async () => {
      const head = await headOf(server());
      const files = [{ service: "x", path, text: "" }];
      await assert.rejects(commitMissing(target(), files, { auth: token }), { name: "SeedError", message });
      assert.equal(await headOf(server()), head);
    });
  }
});
