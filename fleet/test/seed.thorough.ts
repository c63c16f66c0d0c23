import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { filesOf } from "../../test/files.ts";
import { playground, token } from "../../test/github-playground.ts";
import { catalogueText, planOf, service, stackText } from "../../test/sources.ts";
import { type Fleet, readFleet } from "../all-stacks.ts";
import { stacksOn } from "../cluster-stacks.ts";
import { FleetError } from "../fleet-error.ts";
import { plansByBranch, seed } from "../seed.ts";
import { eachFolder } from "./folder.ts";

const CATALOGUE = catalogueText({ nginx: service("nginx") });
const PATHS = ["dev", "staging", "prod"].map((stage) => `services/nginx/values-${stage}.yaml`);

describe("fleet seed", function () {
  this.timeout(60_000);
  const folder = eachFolder({ "services.json": CATALOGUE, "Pulumi.test.yaml": stackText() });
  const server = playground({
    repositories: [{ name: "acme/gitops", files: { "services/nginx/values-dev.yaml": "kept\n" } }],
  });

  const access = (auth: string | undefined = token) => ({
    auth,
    environment: { GITHUB_BASE_URL: server().github.baseUrl },
  });
  const requests = () => server().github.requests();
  const writes = () => requests().filter(({ method }) => method !== "GET");
  const inCheckout = async () => {
    await folder.write(`checkout/${PATHS[0]}`, "kept\n");
    return join(folder.path, "checkout");
  };

  it("commits missing files, and then finds nothing missing", async () => {
    const first = await seed(planOf(CATALOGUE), {}, access());
    assert.deepEqual(
      [first.place, first.total, first.missing],
      ["acme/gitops, branch main", 3, PATHS.slice(1)],
    );
    assert.match(first.commit ?? "", /^[0-9a-f]{40}$/);
    assert.deepEqual((await seed(planOf(CATALOGUE), {}, access())).missing, []);
  });

  it("changes nothing in a dry run", async () => {
    const { missing, commit } = await seed(planOf(CATALOGUE), { dryRun: true }, access());
    assert.deepEqual([missing, commit], [PATHS.slice(1), undefined]);
    assert.deepEqual(writes(), []);
  });

  it("writes into a checkout without a token and without calling GitHub", async () => {
    const output = await inCheckout();
    const { missing } = await seed(planOf(CATALOGUE), { output }, access(undefined));
    assert.deepEqual(missing, PATHS.slice(1));
    assert.equal(await readFile(join(output, PATHS[0] ?? ""), "utf8"), "kept\n");
    assert.match(await readFile(join(output, PATHS[2] ?? ""), "utf8"), /^# Stage prod of nginx\./);
    assert.deepEqual(requests(), []);
  });

  it("does not replace a broken link", async () => {
    const output = await inCheckout();
    await symlink("/nowhere/values.yaml", join(output, PATHS[1] ?? ""));
    assert.deepEqual((await seed(planOf(CATALOGUE), { output }, access())).missing, PATHS.slice(2));
  });

  it("changes no checkout in a dry run", async () => {
    const output = await inCheckout();
    await seed(planOf(CATALOGUE), { output, dryRun: true }, access());
    await assert.rejects(readFile(join(output, PATHS[1] ?? "")), { code: "ENOENT" });
  });

  it("reports a missing folder of the checkout", async () => {
    const output = join(folder.path, "nowhere");
    await assert.rejects(seed(planOf(CATALOGUE), { output }, access()), {
      name: "FleetError",
      message: `${output} is not a folder. Clone the GitOps repository, and name the clone's folder.`,
    });
  });

  it("reports a file in place of a folder in the checkout", async () => {
    await folder.write("checkout/services", "");
    const output = join(folder.path, "checkout");
    await assert.rejects(
      seed(planOf(CATALOGUE), { output }, access()),
      /there is a file in place of its folder/,
    );
  });

  it("reports in plain words what GitHub refuses", async () => {
    await assert.rejects(seed(planOf(CATALOGUE), {}, access("wrong")), {
      name: FleetError.name,
      message: /rejects the token/,
    });
  });

  describe("on the command line", () => {
    const run = (...args: string[]) =>
      execa(process.execPath, [resolve("fleet/main.ts"), "seed", "--stack", "test", ...args], {
        cwd: folder.path,
        env: { GITHUB_TOKEN: token, GITHUB_BASE_URL: server().github.baseUrl },
        reject: false,
      });

    it("lists missing files and exits with 2, commits them and exits with 0, then has nothing to do", async () => {
      const looked = await run("--dry-run");
      assert.deepEqual([looked.exitCode, looked.stdout], [2, PATHS.slice(1).join("\n")], looked.stderr);
      assert.equal(looked.stderr, "2 of 3 values files missing in acme/gitops, branch main.");
      const wrote = await run();
      assert.deepEqual([wrote.exitCode, wrote.stdout], [0, PATHS.slice(1).join("\n")], wrote.stderr);
      assert.match(
        wrote.stderr,
        /^2 of 3 values files written to acme\/gitops, branch main, in commit [0-9a-f]{40}\.$/,
      );
      const again = await run("--dry-run");
      assert.deepEqual([again.exitCode, again.stdout], [0, ""]);
      assert.equal(again.stderr, "Nothing is missing: 3 values files in acme/gitops, branch main.");
    });

    it("reports an error in one line and exits with 1", async () => {
      server().github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
      const { exitCode, stdout, stderr } = await run();
      assert.deepEqual([exitCode, stdout], [1, ""]);
      assert.match(stderr, /^The branch main of acme\/gitops .*must be made through a pull request.*$/);
    });

    it("has a help text with its exit codes", async () => {
      const { exitCode, stdout } = await run("--help");
      assert.equal(exitCode, 0);
      assert.match(stdout, /--dry-run[\s\S]*--output <folder>[\s\S]*GITHUB_TOKEN[\s\S]*Exit codes: 0/);
    });
  });

  describe("for a whole cluster", () => {
    /** The stacks of a cluster with so many services in so many shards. */
    const fleetOf = (count: number, of: number, more: Readonly<Record<string, string>> = {}) => {
      const names = Array.from({ length: count }, (_, index) => `service-${index}`);
      const shards = Array.from({ length: of }, (_, index) => [
        `Pulumi.eu-${index}.yaml`,
        stackText({
          rollout: `{ shard: { index: ${index + 1}, of: ${of} } }`,
          platform: String(index === 0),
        }),
      ]);
      const services = catalogueText(Object.fromEntries(names.map((name) => [name, service(name)])));
      return readFleet(filesOf({ "services.json": services, ...Object.fromEntries(shards), ...more }));
    };

    const plansOfCluster = (fleet: Fleet, cluster: string) =>
      plansByBranch(stacksOn(fleet, cluster).map(({ name, plan }) => ({ ...plan, stack: name })));

    it("commits the values files of 1,000 services in 20 shards in one commit", async () => {
      const plans = plansOfCluster(fleetOf(1_000, 20), "test");
      assert.equal(plans.length, 1);
      const before = requests().length;
      const [plan = { ...planOf(CATALOGUE), services: [] }] = plans;
      const { total, missing, commit } = await seed(plan, {}, { ...access(), report: () => {}, second: 1 });
      assert.deepEqual([total, missing.length], [3_000, 3_000]);
      assert.match(commit ?? "", /^[0-9a-f]{40}$/);
      const commits = writes().filter(({ path }) => path.endsWith("/git/commits"));
      assert.equal(commits.length, 1);
      const calls = requests().length - before;
      assert.ok(calls < 30, `${calls} calls`);
    });

    it("has one plan for each branch, without the stacks of other clusters", () => {
      const us = stackText({
        cluster: "{ name: us, context: us }",
        gitops: "{ repository: acme/gitops, branch: us }",
        webhooks: '{ url: "https://hooks.acme.example", owner: false }',
      });
      const fleet = fleetOf(8, 2, { "Pulumi.us.yaml": us });
      assert.deepEqual(fleet.problems, []);
      assert.deepEqual(
        ["test", "us"].map((cluster) =>
          plansOfCluster(fleet, cluster).map((plan) => [
            plan.services.length,
            plan.services[0]?.gitops.branch,
          ]),
        ),
        [[[8, "main"]], [[8, "us"]]],
      );
    });

    it("names the clusters if there is no such one", () => {
      assert.throws(
        () => plansOfCluster(fleetOf(8, 2), "tset"),
        /No stack here is on the cluster "tset" \(there are: test\)\. Did you mean "test"\?/,
      );
    });
  });
});
