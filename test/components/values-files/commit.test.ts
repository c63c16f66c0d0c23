import assert from "node:assert/strict";
import getPort from "get-port";
import {
  type CommitOptions,
  commitMissing,
  missingFiles,
  servicesThere,
} from "../../../components/values-files/commit.ts";
import type { ValuesFile } from "../../../manifests/values-file.ts";
import { type Playground, playground, textAt, token } from "../../github-playground.ts";

const STAGES = ["dev", "prod"];

/** New values files of services. */
function filesOf(...services: string[]): ValuesFile[] {
  return services.flatMap((service) =>
    STAGES.map((stage) => ({
      service,
      path: `services/${service}/values-${stage}.yaml`,
      text: `new: ${stage}\n`,
    })),
  );
}

describe("the commit of missing values files", function () {
  this.timeout(60_000);
  /** How far the local GitHub's clock is ahead, in milliseconds: nobody waits for real. */
  let ahead = 0;
  const server = playground({ now: () => Date.now() + ahead });
  beforeEach(() => {
    ahead = 0;
  });
  const target = (branch = "main", repository = "acme/gitops") => ({
    repository,
    branch,
    url: server().github.url,
  });
  /** A run whose seconds last a millisecond, with what it told. The local GitHub's clock goes as far as it waits. */
  const impatient = () => {
    const lines: string[] = [];
    const report = (line: string) => {
      lines.push(line);
      ahead += 1000 * Number(/going on in (\d+) s/.exec(line)?.[1] ?? 0);
    };
    const options: CommitOptions = { auth: token, second: 1, report };
    return { options, lines };
  };
  const WAITS = /^GitHub's rate limit is reached; going on in [234]\d s\.$/m;
  const calls = () =>
    server()
      .github.requests()
      .map(
        ({ method, path }) =>
          `${method} ${path.replace("/repos/acme/gitops/", "").replace(/\/[0-9a-f]{40}/, "")}`,
      );

  it("is not needed by the services whose files are all there", async () => {
    const services = [
      { service: "nginx", files: ["services/nginx/values-dev.yaml"] },
      { service: "half", files: ["services/nginx/values-dev.yaml", "services/half/values-dev.yaml"] },
      { service: "auth", files: ["services/auth/values-dev.yaml"] },
    ];
    assert.deepEqual(await servicesThere(target(), services, { auth: token }), new Set(["nginx"]));
  });

  it("holds all of them, and leaves a file that is there as it is", async () => {
    const { written, commit } = await commitMissing(target(), filesOf("auth", "nginx"), { auth: token });
    assert.deepEqual(
      written.map(({ path }) => path),
      ["services/auth/values-dev.yaml", "services/auth/values-prod.yaml", "services/nginx/values-prod.yaml"],
    );
    assert.equal(await headOf(server()), commit);
    assert.equal(await textOf(server(), "services/nginx/values-dev.yaml"), "image:\n  tag: v1\n");
    assert.equal(await textOf(server(), "services/auth/values-dev.yaml"), "new: dev\n");
    assert.equal(await textOf(server(), "README.md"), "# GitOps\n");
    assert.equal((await subjects(server())).length, 2);
  });

  it("takes six calls, whatever is missing", async () => {
    await commitMissing(target(), filesOf("auth", "cart", "nginx"), { auth: token });
    assert.deepEqual(calls(), [
      "GET git/ref/heads%2Fmain",
      "GET git/commits",
      "GET git/trees?recursive=1",
      "POST git/trees",
      "POST git/commits",
      "PATCH git/refs/heads%2Fmain",
    ]);
  });

  it("is not made where nothing is missing", async () => {
    await commitMissing(target(), filesOf("auth"), { auth: token });
    const head = await headOf(server());
    assert.deepEqual(await commitMissing(target(), filesOf("auth"), { auth: token }), {
      written: [],
      commit: undefined,
    });
    assert.equal(await headOf(server()), head);
  });

  it("asks nobody where no file is wanted", async () => {
    await commitMissing(target(), [], { auth: undefined });
    assert.deepEqual(calls(), []);
  });

  it("is one for hundreds of files, handed over in parts", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `service-${index}`);
    const { lines, options } = impatient();
    const { written } = await commitMissing(target(), filesOf(...names), options);
    assert.equal(written.length, 202);
    assert.equal(calls().filter((call) => call === "POST git/trees").length, 2);
    assert.deepEqual(
      lines,
      [200, 202].map((count) => `Handing over ${count} of 202 files.`),
    );
    assert.deepEqual(await subjects(server()), [
      "Seed values of service-0, service-1, service-2 and 98 more (202 files)",
      "Initial commit",
    ]);
    assert.equal(await textOf(server(), "services/service-100/values-prod.yaml"), "new: prod\n");
  });

  it("goes to the branch that the stack names, also one with a slash", async () => {
    const main = await headOf(server());
    await server().bare("acme/gitops", "branch", "env/live", "main");
    const { commit } = await commitMissing(target("env/live"), filesOf("auth"), { auth: token });
    assert.equal(await headOf(server(), "env/live"), commit);
    assert.equal(await headOf(server()), main);
  });

  it("can be asked for without being made", async () => {
    const missing = await missingFiles(target(), filesOf("nginx"), { auth: token });
    assert.deepEqual(
      missing.map(({ path }) => path),
      ["services/nginx/values-prod.yaml"],
    );
    assert.ok(calls().every((call) => call.startsWith("GET")));
  });

  it("comes after a push of somebody else that was first, and keeps it", async () => {
    const { options, lines } = impatient();
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops", times: 2 });
    await commitMissing(target(), filesOf("auth"), options);
    assert.equal(await textOf(server(), "services/auth/values-dev.yaml"), "new: dev\n");
    assert.equal(await textOf(server(), "pushed-by-someone-else.txt"), "pushed in between\n");
    assert.deepEqual(lines, Array(2).fill("Somebody else pushed to main first; looking again."));
    assert.deepEqual((await subjects(server())).slice(0, 2), [
      "Seed values of auth (2 files)",
      "Change pushed-by-someone-else.txt",
    ]);
  });

  it("leaves a values file that somebody else pushed in between", async () => {
    const path = "services/auth/values-dev.yaml";
    server().github.faults.add({
      kind: "concurrent-push",
      repository: "acme/gitops",
      path,
      content: "theirs\n",
    });
    const { written } = await commitMissing(target(), filesOf("auth"), impatient().options);
    assert.deepEqual(
      written.map((file) => file.path),
      ["services/auth/values-prod.yaml"],
    );
    assert.equal(await textOf(server(), path), "theirs\n");
  });

  it("gives up after ten pushes that were faster", async () => {
    const { options, lines } = impatient();
    server().github.faults.add({ kind: "concurrent-push", repository: "acme/gitops", times: 50 });
    await assert.rejects(commitMissing(target(), filesOf("auth"), options), {
      name: "SeedError",
      message: /pushed to main of acme\/gitops before us, 10 times in a row\. Nothing was written\./,
    });
    assert.equal(lines.length, 9);
  });

  it("outlasts GitHub's own failures", async () => {
    server().github.faults.add({
      kind: "error",
      path: "/repos/*/*/git/trees",
      method: "POST",
      status: 502,
      times: 3,
    });
    await commitMissing(target(), filesOf("auth"), impatient().options);
    assert.equal(calls().filter((call) => call === "POST git/trees").length, 4);
  });

  it("is made once where its answer is lost", async () => {
    const fault = { kind: "error", path: "/repos/*/*/git/refs/**", method: "PATCH", status: 502 } as const;
    server().github.faults.add({ ...fault, times: 1, applied: true });
    const { commit } = await commitMissing(target(), filesOf("auth"), impatient().options);
    assert.equal(await headOf(server()), commit);
    assert.equal((await subjects(server())).length, 2);
  });

  it("says so where GitHub goes on failing", async () => {
    server().github.faults.add({ kind: "error", path: "/repos/*/*/git/ref/**", status: 503 });
    await rejected(/it answered 503 \(Server Error\) again and again\. Run again later/);
  });

  it("waits as long as GitHub's limit on content asks", async () => {
    const { options, lines } = impatient();
    server().github.limits.set({ contentCreation: [{ limit: 2, seconds: 40 }] });
    await commitMissing(target(), filesOf("auth"), options);
    assert.equal(lines.length, 1);
    assert.match(lines.join("\n"), WAITS);
  });

  it("waits until the limit of calls is reset", async () => {
    const { options, lines } = impatient();
    server().github.limits.set({ primary: { limit: 5, seconds: 40 } });
    await commitMissing(target(), filesOf("auth"), options);
    assert.match(lines.join("\n"), WAITS);
  });

  it("waits a minute for a secondary limit that sets no time", async () => {
    const { options, lines } = impatient();
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

  it("names the rule of a protected branch, and the way round", async () => {
    server().github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
    await rejected(
      /^The branch main of acme\/gitops at http\S+ takes no direct commit: Repository rule violations found Changes must be made through a pull request\. Nothing was written\. .*App bypass that rule.*fleet -- seed --stack <stack> --output <checkout>/,
    );
  });

  for (const [what, repository, branch, message] of [
    ["a repository that is not there", "acme/none", "main", /There is no repository acme\/none at http/],
    ["a branch that is not there", "acme/gitops", "live", /has no branch live\. Create it/],
    ["a repository without a commit", "acme/empty", "main", /is empty\. Push a first commit to main/],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      await assert.rejects(commitMissing(target(branch, repository), filesOf("auth"), { auth: token }), {
        name: "SeedError",
        message,
      });
    });
  }

  it("says that the token is wrong, without it", async () => {
    const options = { auth: "wrong-token" };
    const error = await commitMissing(target(), filesOf("auth"), options).catch((caught: Error) => caught);
    assert.ok(error instanceof Error);
    assert.match(error.message, /rejects the token \(Bad credentials\).*config set --secret github:token/);
    assert.doesNotMatch(`${error.message}${error.stack}${JSON.stringify(error)}`, /wrong-token/);
  });

  it("says that there is no token before it calls anybody", async () => {
    for (const none of [undefined, ""]) {
      await assert.rejects(
        commitMissing(target(), filesOf("auth"), { auth: none }),
        /There is no token for GitHub/,
      );
    }
    assert.deepEqual(calls(), []);
  });

  it("says that the token may only read", async () => {
    const message = "Resource not accessible by personal access token";
    server().github.faults.add({
      kind: "error",
      path: "/repos/*/*/git/trees",
      method: "POST",
      status: 403,
      message,
    });
    await rejected(/may read it, but not write it \(Resource not accessible by .*Contents: read and write/);
  });

  it("says that GitHub cannot be reached", async () => {
    const nowhere = { ...target(), url: `http://127.0.0.1:${await getPort()}` };
    await assert.rejects(commitMissing(nowhere, filesOf("auth"), impatient().options), {
      name: "SeedError",
      message:
        /at http:\/\/127\.0\.0\.1:\d+: it cannot be reached \(.*ECONNREFUSED.*\)\. Nothing was written/,
    });
  });

  it("shows no token even where GitHub repeats it", async () => {
    server().github.faults.add({
      kind: "error",
      path: "/repos/*/*/git/trees/**",
      status: 400,
      message: `no: ${token}`,
    });
    await rejected(/it answered 400 \(no: \(token\)\) while reading/);
  });

  for (const [what, path, message] of [
    ["a file where a folder should be", "README.md/values-dev.yaml", /^README\.md is a file on main of acme/],
    ["a folder where a file should be", "services/nginx", /^services\/nginx is a folder on main of acme/],
  ] as const) {
    it(`touches nothing where there is ${what}`, async () => {
      const head = await headOf(server());
      const files = [{ service: "x", path, text: "" }];
      await assert.rejects(commitMissing(target(), files, { auth: token }), { name: "SeedError", message });
      assert.equal(await headOf(server()), head);
    });
  }

  async function rejected(message: RegExp): Promise<void> {
    const before = await headOf(server()).catch(() => undefined);
    await assert.rejects(commitMissing(target(), filesOf("auth"), impatient().options), {
      name: "SeedError",
      message,
    });
    server().github.faults.clear();
    server().github.limits.set({});
    assert.ok(before === undefined || before === (await headOf(server())));
  }
});

async function headOf(server: Playground, branch = "main"): Promise<string> {
  return textAt(await server.call("GET", `/repos/acme/gitops/git/ref/heads/${branch}`), "object", "sha");
}

async function textOf(server: Playground, path: string): Promise<string> {
  return `${await server.bare("acme/gitops", "show", `main:${path}`)}\n`;
}

async function subjects(server: Playground): Promise<string[]> {
  return (await server.bare("acme/gitops", "log", "--format=%s", "main")).split("\n");
}
