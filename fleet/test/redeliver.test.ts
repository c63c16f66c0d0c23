import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Access } from "../../components/github-api/client.ts";
import type { UsedUp } from "../../components/github-api/patience.ts";
import type { Plan } from "../../model/plan.ts";
import { at, playground, token } from "../../test/github-playground.ts";
import { hookListener } from "../../test/hook-listener.ts";
import { catalogueText, planOf, service, stackText } from "../../test/sources.ts";
import { FleetError } from "../fleet-error.ts";
import { hookTargets } from "../redeliver/hook-targets.ts";
import { hooksApi } from "../redeliver/hooks-api.ts";
import { redeliver } from "../redeliver/redeliver.ts";
import { exitCodeOf, summary } from "../redeliver/report.ts";
import { fleetCommand } from "./commands.ts";

const services = (...names: string[]) =>
  catalogueText(Object.fromEntries(names.map((name) => [name, service(name)])));
const CATALOGUE = services("nginx", "public");
const hourAgo = () => new Date(Date.now() - 3_600_000);

describe("fleet redeliver", function () {
  this.timeout(60_000);
  const listener = hookListener();
  /** The offset of the clock for GitHub's limits, in milliseconds. */
  let ahead = 0;
  const server = playground({
    now: () => Date.now() + ahead,
    deliveryTimeout: 500,
    get deliverTo() {
      return listener().origin;
    },
  });

  const settled = async () => await server().github.deliveriesSettled();
  const pathOf = (name: string, catalogue = CATALOGUE) => {
    const found = planOf(catalogue).services.find((each) => each.name === name);
    return new URL(found?.webhook?.url ?? "").pathname;
  };
  const addHook = async (name: string, events = ["push"]) => {
    const url = `https://hooks.acme.example${pathOf(name)}`;
    const config = { url, content_type: "json", secret: `secret of ${name}` };
    const answer = await server().call("POST", `/repos/acme/${name}/hooks`, { events, config });
    await settled();
    return Number(at(answer, "id"));
  };
  const push = async (name: string) => {
    await server().commit(`acme/${name}`, crypto.randomUUID());
    await settled();
  };
  /** Makes pushes whose deliveries fail. */
  const lose = async (...names: string[]) => {
    listener().answer(() => 503);
    for (const name of names) await push(name);
    listener().answer(() => 200);
  };
  const heard = () => listener().events("push");
  const asked = () =>
    server()
      .github.requests()
      .filter(({ method, path }) => method === "POST" && path.endsWith("/attempts"));

  const ORGANIZATION = stackText({
    webhooks: '{ url: "https://hooks.acme.example", scope: organization }',
  });
  const addOrganizationHook = async () => {
    const url = planOf(CATALOGUE, ORGANIZATION).platform?.buildTriggers?.organizationHook?.url;
    const config = { url, content_type: "json", secret: "secret of all" };
    await server().call("POST", "/orgs/acme/hooks", { events: ["push"], config });
    await settled();
  };

  /** Runs the command without real waiting, and returns the waits and messages. */
  const run = async (
    more: {
      dryRun?: boolean;
      since?: Date;
      token?: string;
      names?: string[];
      plan?: Plan;
      second?: number;
    } = {},
  ) => {
    const lines: string[] = [];
    const pause = async (milliseconds: number) => {
      ahead += milliseconds;
      await sleep(Math.min(milliseconds / 20, 250));
    };
    const plan = more.plan ?? planOf(CATALOGUE);
    const chosen = plan.services.filter(({ name }) => more.names?.includes(name) ?? true);
    const access: Access = {
      auth: more.token ?? token,
      environment: { GITHUB_BASE_URL: server().github.baseUrl },
      second: more.second ?? 1,
      report: (line) => {
        lines.push(line);
        ahead += 1000 * Number(/going on in (\d+) s/.exec(line)?.[1] ?? 0);
      },
      longestWait: 120,
      giveUp: ({ minutes }: UsedUp) => new FleetError(`used up for ${minutes} min`),
    };
    const api = hooksApi(plan.github.url, access);
    const asks = { since: more.since ?? hourAgo(), dryRun: more.dryRun ?? false };
    const tell = (text: string) => lines.push(text);
    const redelivery = await redeliver(hookTargets(plan, chosen), asks, { api, pause, tell });
    const outcomes = redelivery.pushes.map(({ services: [name], outcome }) => `${name} ${outcome}`);
    return { ...redelivery, outcomes, code: exitCodeOf(redelivery), lines };
  };

  beforeEach(async () => {
    await addHook("nginx");
    await addHook("public");
  });

  it("redelivers exactly the undelivered pushes, in the same bytes", async () => {
    await push("nginx");
    await lose("nginx", "public");
    await push("public");
    const [, lostNginx, lostPublic] = heard();
    const before = heard().length;
    const { outcomes, code } = await run();
    assert.deepEqual(outcomes, ["nginx delivered", "public delivered"]);
    assert.equal(code, 0);
    const again = heard().slice(before);
    assert.deepEqual(
      again.map(({ body, headers }) => [body, headers["x-github-delivery"]]),
      [lostNginx, lostPublic].map((each) => [each?.body, each?.headers["x-github-delivery"]]),
    );
  });

  it("has nothing to do the second time", async () => {
    await lose("nginx");
    await run();
    const { pushes, code } = await run();
    assert.deepEqual([pushes, code, asked().length], [[], 0, 1]);
  });

  it("changes nothing in a dry run, and its exit code says that there is something to do", async () => {
    await lose("nginx");
    const { outcomes, pushes, code } = await run({ dryRun: true });
    assert.deepEqual([outcomes, code, asked().length], [["nginx found"], 2, 0]);
    const [found] = pushes;
    assert.deepEqual([found?.detail.repository, found?.detail.ref], ["acme/nginx", "refs/heads/main"]);
    assert.match(found?.detail.after ?? "", /^[0-9a-f]{40}$/);
    assert.equal(found?.last.status, "Invalid HTTP Response: 503");
  });

  it("delivers in the order of the pushes, across all repositories", async () => {
    for (const name of ["public", "nginx", "public"]) {
      await lose(name);
      // GitHub's times have a resolution of one second.
      await sleep(1_050);
    }
    const lost = heard().map(({ body }) => body);
    await run();
    assert.deepEqual(
      heard().map(({ body }) => body),
      [...lost, ...lost],
    );
  });

  it("reports a push that failed again, with the listener's status", async () => {
    await lose("nginx");
    listener().answer(() => 401);
    const { outcomes, pushes, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx failed"], 2]);
    assert.equal(pushes[0]?.last.status, "Invalid HTTP Response: 401");
  });

  it("waits for the answer of a slow listener", async () => {
    await lose("nginx");
    listener().answer(() => undefined);
    const { pushes, outcomes } = await run();
    assert.deepEqual([outcomes, pushes[0]?.last.status], [["nginx failed"], "timed out"]);
  });

  it("ignores other events and other hooks", async () => {
    const url = "https://hooks.acme.example/somebody/else";
    listener().answer(() => 503);
    await server().call("POST", "/repos/acme/nginx/hooks", { config: { url, content_type: "json" } });
    await lose("nginx");
    const { outcomes } = await run();
    assert.deepEqual(outcomes, ["nginx delivered"]);
    assert.equal(asked().length, 1);
  });

  it("looks only as far back as --since says", async () => {
    await lose("nginx");
    await sleep(1_100);
    const { pushes, code } = await run({ since: new Date() });
    assert.deepEqual([pushes, code], [[], 0]);
  });

  it("finds a push on a later page of deliveries", async () => {
    await lose("nginx");
    const [hook] = server().github.hooks("acme/nginx");
    const deliveries = `/repos/acme/nginx/hooks/${hook?.id}/deliveries`;
    const ping = at(await server().call("GET", deliveries), 1, "id");
    for (let count = 0; count < 120; count += 1)
      await server().call("POST", `${deliveries}/${ping}/attempts`);
    await settled();
    assert.deepEqual((await run()).outcomes, ["nginx delivered"]);
  });

  it("handles only the chosen services", async () => {
    await lose("nginx", "public");
    assert.deepEqual((await run({ names: ["public"] })).outcomes, ["public delivered"]);
    assert.equal(asked().length, 1);
  });

  it("names a repository that the token may not read, and continues", async () => {
    await lose("nginx", "public");
    server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/hooks", status: 404 });
    const { outcomes, problems, code } = await run();
    assert.deepEqual([outcomes, code], [["public delivered"], 1]);
    assert.equal(problems.length, 1);
    assert.deepEqual([problems[0]?.place, problems[0]?.services], ["acme/nginx", ["nginx"]]);
    assert.match(problems[0]?.message ?? "", /may not read or redeliver here.*Webhooks: read and write/);
  });

  it("names a redelivery that GitHub refuses, and continues", async () => {
    await lose("nginx", "public");
    const path = "/repos/acme/nginx/hooks/*/deliveries/*/attempts";
    server().github.faults.add({ kind: "error", path, status: 422, message: "Too old" });
    const { outcomes, problems, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx refused", "public delivered"], 1]);
    assert.match(problems[0]?.message ?? "", /422 \(Too old\)/);
  });

  it("reports a missing hook", async () => {
    const [hook] = server().github.hooks("acme/nginx");
    await server().call("DELETE", `/repos/acme/nginx/hooks/${hook?.id}`);
    const { problems, code } = await run();
    assert.equal(code, 1);
    assert.match(problems[0]?.message ?? "", /there is no hook for https:.*nginx\. Run pulumi up\./);
  });

  it("retries reading and redelivering calls that GitHub fails", async () => {
    await lose("nginx");
    server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/**", status: 502, times: 2 });
    const attempts = "/repos/acme/nginx/hooks/*/deliveries/*/attempts";
    server().github.faults.add({ kind: "error", path: attempts, status: 502, times: 1 });
    const { outcomes, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx delivered"], 0]);
  });

  it("names a repository for which GitHub keeps failing, and continues", async () => {
    await lose("public");
    server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/**", status: 502 });
    const { outcomes, problems } = await run();
    assert.deepEqual(outcomes, ["public delivered"]);
    assert.match(problems[0]?.message ?? "", /answered 502 \(Server Error\) repeatedly/);
  });

  it("reads the organization's hook, and handles only pushes for the chosen services", async () => {
    const plan = planOf(CATALOGUE, ORGANIZATION);
    for (const name of ["nginx", "public"]) {
      const [hook] = server().github.hooks(`acme/${name}`);
      await server().call("DELETE", `/repos/acme/${name}/hooks/${hook?.id}`);
    }
    await addOrganizationHook();
    await lose("nginx", "gitops", "public");
    const { outcomes, hooks } = await run({ plan, names: ["public"] });
    assert.deepEqual([outcomes, hooks], [["public delivered"], 1]);
    assert.deepEqual((await run({ plan })).outcomes, ["nginx delivered"]);
    assert.ok(asked().every(({ path }) => path.startsWith("/orgs/acme/hooks/")));
  });

  it("names the organization if the token may not read its hook", async () => {
    server().github.faults.add({ kind: "error", path: "/orgs/acme/hooks", status: 404 });
    const { problems, code } = await run({ plan: planOf(CATALOGUE, ORGANIZATION) });
    assert.deepEqual([problems[0]?.place, problems[0]?.services, code], ["acme", ["nginx", "public"], 1]);
    assert.match(problems[0]?.message ?? "", /the organization permission Webhooks: read and write/);
  });

  it("skips a push whose branch has a newer commit, if the latest build wins", async () => {
    const newest = { tags: { strategy: "newest-build" } };
    const plan = planOf(catalogueText({ nginx: service("nginx", newest), public: service("public") }));
    await lose("nginx", "nginx", "public", "public");
    const { pushes, code } = await run({ plan });
    assert.deepEqual(pushes.map(({ services: [name], outcome }) => `${name} ${outcome}`).toSorted(), [
      "nginx delivered",
      "nginx overtaken",
      "public delivered",
      "public delivered",
    ]);
    const nginx = pushes.filter(({ services: [name] }) => name === "nginx");
    assert.deepEqual(
      nginx.map(({ outcome }) => outcome),
      ["overtaken", "delivered"],
    );
    assert.equal(code, 0);
  });

  it("names the stack that owns the organization's hook, if it is another one", async () => {
    const shard = stackText({
      webhooks: '{ url: "https://hooks.acme.example", scope: organization }',
      platform: "false",
    });
    await assert.rejects(run({ plan: planOf(CATALOGUE, shard) }), /stack with platform: true/);
  });

  it("skips a decommissioned service", async () => {
    await lose("nginx", "public");
    const leaving = service("nginx", { state: "decommissioned" });
    for (const stack of [stackText(), ORGANIZATION]) {
      const plan = planOf(catalogueText({ nginx: leaving, public: service("public") }), stack);
      const targets = hookTargets(plan, plan.services);
      assert.deepEqual(
        targets.flatMap(({ services }) => services.map(({ name }) => name)),
        ["public"],
      );
    }
  });

  it("skips a service that another system builds", async () => {
    const plan = planOf(catalogueText({ nginx: service("nginx", { build: false }) }));
    const redelivery = await run({ plan });
    assert.deepEqual([redelivery.hooks, redelivery.code], [0, 0]);
    assert.match(summary(redelivery, hourAgo()), /^There is no webhook/);
  });

  it("waits a second between redeliveries", async () => {
    await lose("nginx", "nginx", "nginx");
    const began: number[] = [];
    listener().answer(() => {
      began.push(performance.now());
      return 200;
    });
    await run({ second: 1_000 });
    const between = began.slice(1).map((time, index) => time - (began[index] ?? 0));
    assert.ok(between.length === 2 && between.every((milliseconds) => milliseconds > 900), between.join(" "));
  });

  it("waits for GitHub's limit, says so, and continues", async () => {
    await lose("nginx", "nginx");
    server().github.limits.set({ contentCreation: [{ limit: 1, seconds: 40 }] });
    const { outcomes, lines, code } = await run();
    assert.deepEqual([outcomes, code], [["nginx delivered", "nginx delivered"], 0]);
    assert.match(lines.join("\n"), /rate limit is reached; going on in [234]\d s/);
  });

  it("reports what it did if GitHub's limit is exhausted for too long", async () => {
    await lose("nginx", "nginx", "nginx");
    server().github.limits.set({ contentCreation: [{ limit: 1, seconds: 3_600 }] });
    const { outcomes, problems, code } = await run();
    assert.deepEqual(outcomes, ["nginx delivered", "nginx refused", "nginx refused"]);
    assert.deepEqual([problems.map(({ message }) => message), code], [["used up for 60 min"], 1]);
  });

  it("reports what it did if GitHub no longer returns the results", async () => {
    await lose("nginx");
    let refused = false;
    listener().answer(() => {
      refused = true;
      server().github.faults.add({ kind: "error", path: "/repos/acme/nginx/**", status: 401 });
      return 200;
    });
    const { outcomes, problems, code } = await run();
    assert.ok(refused);
    assert.deepEqual([outcomes, problems.length, code], [["nginx unanswered"], 1, 1]);
    assert.match(problems[0]?.message ?? "", /rejects the token/);
  });

  it("ends if GitHub rejects the token, without showing it", async () => {
    await assert.rejects(run({ token: "wrong-token" }), (error) => {
      assert.ok(error instanceof FleetError);
      assert.match(error.message, /rejects the token \(Bad credentials\)/);
      assert.doesNotMatch(error.message, /wrong-token/);
      return true;
    });
  });

  it("summarizes the pushes and their outcomes", async () => {
    await lose("nginx", "public");
    const since = new Date("2026-11-25T12:00:00Z");
    const found = await run({ dryRun: true });
    assert.equal(
      summary(found, since),
      "2 hooks read, back to 2026-11-25 12:00 UTC: 2 pushes were not delivered.",
    );
    assert.match(summary(await run(), since), /2 pushes were not delivered; of these 2 delivered\.$/);
    assert.match(summary(await run(), since), /12:00 UTC: every push was delivered\.$/);
  });

  describe("on the command line", () => {
    const start = async (...args: string[]) => {
      await writeFile(join(server().directory, "services.json"), CATALOGUE);
      await writeFile(join(server().directory, "Pulumi.test.yaml"), stackText());
      const env = { GITHUB_TOKEN: token, GITHUB_BASE_URL: server().github.baseUrl, NO_COLOR: "1" };
      const { exitCode, stdout, stderr } = await fleetCommand(
        ["redeliver", "--stack", "test", ...args],
        server().directory,
        env,
      );
      return { exitCode, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() };
    };

    it("lists undelivered pushes and exits with 2, delivers them and exits with 0", async () => {
      await lose("nginx");
      const looked = await start("--dry-run");
      const line = /^nginx {2}main {2}[0-9a-f]{7} {2}\S+Z {2}Invalid HTTP Response: 503 {2}/;
      assert.equal(looked.exitCode, 2, looked.stderr);
      assert.match(looked.stdout, line);
      assert.match(looked.stdout, /not delivered$/);
      const done = await start("--since", "30m");
      assert.deepEqual([done.exitCode, /delivered$/.test(done.stdout)], [0, true], done.stderr);
      const nothing = await start();
      assert.deepEqual([nothing.exitCode, nothing.stdout], [0, ""]);
      assert.match(nothing.stderr, /^2 hooks read, back to .* UTC: every push was delivered\.$/);
    });

    it("prints everything as JSON", async () => {
      await lose("nginx");
      const { stdout, exitCode } = await start("--json", "--dry-run", "--services", "nginx");
      const body: unknown = JSON.parse(stdout);
      assert.equal(exitCode, 2);
      const said = ["hook", "repository", "ref", "statusCode", "outcome"].map((key) =>
        at({ body }, "pushes", 0, key),
      );
      assert.deepEqual(said, ["acme/nginx", "acme/nginx", "refs/heads/main", 503, "found"]);
      assert.deepEqual(
        [at({ body }, "stack"), at({ body }, "hooks"), at({ body }, "problems")],
        ["test", 1, []],
      );
    });

    it("reports an error in one line, and exits with 1", async () => {
      const { exitCode, stderr, stdout } = await start("--services", "ngnix");
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.equal(stderr, 'Stack test has no service ngnix. Did you mean "nginx"?');
      assert.match((await start("--since", "tomorrow")).stderr, /It must be a duration such as 90m or 2h/);
    });

    it("shows the token nowhere", async () => {
      await lose("nginx");
      server().github.faults.add({
        kind: "error",
        path: "/repos/acme/public/hooks",
        status: 403,
        message: token,
      });
      const { stdout, stderr, exitCode } = await start();
      assert.equal(exitCode, 1);
      assert.match(stderr, /acme\/public \(public\): the token may not read/);
      assert.doesNotMatch(stdout + stderr, new RegExp(token));
    });

    it("requires a token", async () => {
      await writeFile(join(server().directory, "services.json"), CATALOGUE);
      await writeFile(join(server().directory, "Pulumi.test.yaml"), stackText());
      const args = ["redeliver", "--stack", "test"];
      const { exitCode, stderr } = await fleetCommand(args, server().directory, { GITHUB_TOKEN: "" });
      assert.deepEqual(
        [exitCode, stderr],
        [1, "There is no token for GitHub. Set it in the environment: GITHUB_TOKEN.\n"],
      );
    });

    it("has a help text with its exit codes", async () => {
      const { exitCode, stdout } = await start("--help");
      assert.equal(exitCode, 0);
      assert.match(stdout, /--since <when>[\s\S]*--dry-run[\s\S]*GITHUB_TOKEN[\s\S]*Exit code: 0/);
    });
  });
});
