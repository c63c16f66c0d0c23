import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { catalogueText, planOf, service, stackText } from "../sources.ts";
import { type Attempt, allowedTo, type Subject } from "./access-world.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { DEPLOYER, everythingOf, resourcesOf } from "./expected-objects.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, PASSWORDS, type Run, TOKEN } from "./fleet-stack.ts";

const NAMES = ["nginx", "api-gw", "auth"];
const ALL = catalogueText({
  nginx: service("nginx"),
  "api-gw": service("api-gw"),
  auth: service("auth", { team: "identity", pipeline: "regulated" }),
});

/** The two pipelines of the stack, with a variable soak before auth's prod. */
function pipelines(soak?: string): string {
  const stages = (more = "") => `[
      { stage: dev, promotion: auto, sync: auto },
      { stage: staging, promotion: auto, sync: auto, after: [dev] },
      { stage: prod, promotion: manual, sync: manual, after: [staging]${more} } ]`;
  return `{ standard: ${stages()}, regulated: ${stages(soak && `, soak: ${soak}`)} }`;
}

/** The same after auth's team has lost its approvers. */
const WITHOUT_APPROVERS = ALL.replace(/,\s*"approvers": "AD-Identity-Release"/, "");

const PLAN = planOf(
  ALL,
  stackText({
    pipelines: pipelines(),
    webhooks: '{ url: "https://hooks.acme.example", groups: 2 }',
    credentials: "{ git: { username: kargo }, image: { username: reader } }",
    gitPassword: "{ secure: v1:abc }",
    imagePassword: "{ secure: v1:abc }",
  }),
);
const EVERYTHING = everythingOf(PLAN);
const RESOURCES = resourcesOf(PLAN);

/** The group of each service, from the hash of its name. */
const GROUPS: Readonly<Record<string, string>> = {
  nginx: "github-01",
  "api-gw": "github-00",
  auth: "github-00",
};

function uidOf({ metadata }: Record<string, unknown>): string {
  return (metadata as { uid: string }).uid;
}

/** The changed resources. */
function touched({ steps }: Run): string[] {
  return Object.keys(steps)
    .filter((name) => steps[name] !== "same")
    .sort();
}

describe("pulumi up of the program on a real API server", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  /** The context of the kubeconfig, which one test renames. */
  let context = "sandbox";

  before(async () => {
    stack = await openFleetStack(NAMES);
    await configure();
    await stack.writeCatalogue(ALL);
  });

  after(() => stack?.close());

  /** The teams for the administrator's guards; default: those of every catalogue. */
  let teams: object | undefined;
  const configure = (keys: Readonly<Record<string, string>> = {}) =>
    stack.writeConfig(
      {
        pipelines: pipelines(),
        cluster: `{ name: test, context: ${context}, kubeconfig: ${JSON.stringify(stack.kubeconfig)} }`,
        ...keys,
      },
      teams,
    );

  const allowed = (who: Subject, attempts: readonly Attempt[]) => allowedTo(stack, who, attempts);

  /** Which of the two groups of auth's team may promote to prod, by the API server. */
  async function promotesToProd(): Promise<Record<string, boolean | undefined>> {
    const promote = { group: "kargo.akuity.io", resource: "stages", name: "prod", verb: "promote" };
    const answers: Record<string, boolean | undefined> = {};
    for (const group of ["AD-Identity", "AD-Identity-Release"])
      [answers[group]] = await allowed({ groups: [group] }, [{ ...promote, namespace: "kargo-auth" }]);
    return answers;
  }

  it("previews every resource before anything exists", async () => {
    const { failed, steps, output } = await stack.preview();
    assert.equal(failed, false, output);
    assert.equal(Object.values(steps).filter((op) => op === "create").length, RESOURCES);
    assert.deepEqual(await stack.objects(), DEPLOYER);
  });

  it("creates everything of every service", async () => {
    const { failed, output } = await stack.cli("up", "--yes", "--skip-preview");
    assert.equal(failed, false, output);
    assert.deepEqual(await stack.objects(), EVERYTHING);
  });

  it("creates one active push hook on each service's repository", () => {
    for (const name of NAMES) {
      const hooks = stack.github.hooks(`acme/${name}`);
      assert.deepEqual(
        hooks.map(({ active, events, hasSecret, url }) => ({ active, events, hasSecret, url })),
        [
          {
            active: true,
            events: ["push"],
            hasSecret: true,
            url: `https://hooks.acme.example/${GROUPS[name]}/${name}`,
          },
        ],
      );
    }
  });

  it("lets a team read its own builds and their logs, but start none, and see nothing of other teams", async () => {
    const builds = (namespace: string) => [
      { group: "argoproj.io", resource: "workflows", verb: "list", namespace },
      { group: "", resource: "pods", subresource: "log", verb: "get", namespace },
      { group: "argoproj.io", resource: "workflows", verb: "create", namespace },
      { group: "argoproj.io", resource: "workflows", verb: "delete", namespace },
      { group: "", resource: "pods", verb: "create", namespace },
      { group: "", resource: "pods", subresource: "exec", verb: "create", namespace },
      { group: "", resource: "secrets", verb: "get", namespace },
    ];
    const team = { groups: ["AD-Identity"] };
    const none = builds("").map(() => false);
    assert.deepEqual(await allowed(team, builds("builds-identity")), [true, true, ...none.slice(2)]);
    assert.deepEqual(await allowed(team, builds("builds-edge")), none);
    assert.deepEqual(await allowed(team, builds("kargo-fleet-events")), none);
  });

  it("lets a Sensor only start Workflows, a Workflow report results, the launcher create Jobs too, and an EventSource do nothing", async () => {
    const account = (namespace: string, name: string) => ({
      user: `system:serviceaccount:${namespace}:${name}`,
    });
    const namespace = "builds-edge";
    const attempts = [
      { group: "argoproj.io", resource: "workflows", verb: "create", namespace },
      { group: "argoproj.io", resource: "workflowtaskresults", verb: "create", namespace },
      { group: "argoproj.io", resource: "workflows", verb: "get", namespace },
      { group: "", resource: "pods", verb: "create", namespace },
      { group: "", resource: "secrets", verb: "get", namespace },
      { group: "", resource: "secrets", verb: "get", namespace: "kargo-fleet-events" },
      { group: "argoproj.io", resource: "workflowtaskresults", verb: "create", namespace: "builds-identity" },
      { group: "batch", resource: "jobs", verb: "create", namespace },
      { group: "batch", resource: "jobs", verb: "get", namespace },
      { group: "batch", resource: "jobs", verb: "patch", namespace },
      { group: "batch", resource: "jobs", verb: "create", namespace: "builds-identity" },
    ];
    const only = (...indexes: number[]) => attempts.map((_, position) => indexes.includes(position));
    const events = "kargo-fleet-events";
    assert.deepEqual(await allowed(account(events, "kargo-fleet-sensor"), attempts), only(0));
    assert.deepEqual(await allowed(account(namespace, "kargo-fleet-build"), attempts), only(1));
    assert.deepEqual(await allowed(account(namespace, "kargo-fleet-launch"), attempts), only(1, 7, 8));
    assert.deepEqual(await allowed(account(events, "kargo-fleet-event-source"), attempts), only());
  });

  it("changes nothing the second time", async () => {
    const run = await stack.up();
    assert.equal(run.failed, false, run.output);
    assert.deepEqual(touched(run), []);
    assert.equal(Object.keys(run.steps).length, RESOURCES);
  });

  it("finds no drift, and neither prints nor keeps a secret of the stack", async () => {
    const run = await stack.refresh();
    assert.equal(run.failed, false, run.output);
    assert.deepEqual(
      Object.entries(run.steps).filter(([, op]) => op !== "refresh" && op !== "same"),
      [],
    );
    const preview = await stack.preview();
    assert.deepEqual(touched(preview), []);
    for (const text of [await stack.state(), run.output, preview.output]) {
      assert.doesNotMatch(text, new RegExp([TOKEN, MASTER_SECRET, ...Object.values(PASSWORDS)].join("|")));
    }
  });

  it("changes only one Stage when one Stage changes", async () => {
    await configure({ pipelines: pipelines("2h") });
    const run = await stack.up();
    assert.deepEqual([run.failed, touched(run)], [false, ["auth/stage-prod"]], run.output);
    const { spec } = await stack.get("stages.kargo.akuity.io", "prod", "kargo-auth");
    assert.match(JSON.stringify(spec), /"requiredSoakTime":"2h0m0s"/);
  });

  it("removes a field that is removed from the config", async () => {
    await configure();
    assert.deepEqual(touched(await stack.up()), ["auth/stage-prod"]);
    const { spec } = await stack.get("stages.kargo.akuity.io", "prod", "kargo-auth");
    assert.doesNotMatch(JSON.stringify(spec), /requiredSoakTime/);
  });

  it("moves a service to another pipeline with the same Stages without changing anything", async () => {
    await stack.writeCatalogue(ALL.replace('"pipeline": "regulated"', '"pipeline": "standard"'));
    const run = await stack.up();
    assert.equal(run.failed, false, run.output);
    assert.deepEqual(touched(run), []);
    await stack.writeCatalogue(ALL);
  });

  it("gives the team its verb back when its approvers are removed, by changing one binding, as the preview says", async () => {
    assert.deepEqual(await promotesToProd(), { "AD-Identity": false, "AD-Identity-Release": true });
    await stack.writeCatalogue(WITHOUT_APPROVERS);
    teams = (JSON.parse(WITHOUT_APPROVERS) as { teams: object }).teams;
    await configure();
    const changed = [
      "auth/app-project",
      "auth/role-binding-approvers",
      "build-triggers/identity-role-binding-kargo-fleet-build-readers",
      "platform/service-account-approvers-identity",
    ];
    const { output } = await stack.cli("preview", "--diff");
    assert.match(output, /role-binding-approvers[\s\S]*"AD-Identity-Release" => "AD-Identity"/);
    const run = await stack.up();
    assert.equal(run.failed, false, run.output);
    assert.deepEqual(touched(run), changed);
    assert.deepEqual(await promotesToProd(), { "AD-Identity": true, "AD-Identity-Release": false });
    const { subjects } = await stack.get("rolebindings", "kargo-fleet-approvers", "kargo-auth");
    assert.match(JSON.stringify(subjects), /"name":"AD-Identity"/);
  });

  it("replaces nothing when the kubeconfig's context is renamed", async () => {
    const config = await readFile(stack.kubeconfig, "utf8");
    context = "renamed";
    await writeFile(stack.kubeconfig, config.replaceAll(/\bsandbox\b/g, context));
    await configure();
    const run = await stack.up();
    assert.equal(run.failed, false, run.output);
    assert.deepEqual(touched(run), ["kubernetes"]);
  });

  it("rotates a credential in place", async () => {
    const before = await stack.get("secrets", "kargo-fleet-git", "kargo-shared-resources");
    await stack.setSecret("gitPassword", "planted-git-password-rotated");
    const run = await stack.up();
    assert.deepEqual([run.failed, touched(run)], [false, ["platform/credential-git"]], run.output);
    const after = await stack.get("secrets", "kargo-fleet-git", "kargo-shared-resources");
    assert.equal(uidOf(after), uidOf(before));
    const { password } = after.data as { password: string };
    assert.equal(Buffer.from(password, "base64").toString(), "planted-git-password-rotated");
  });

  it("rotates the master secret at once: hooks and Secrets in place, EventSources restarted, Sensors unchanged", async () => {
    const before = await stack.get("secrets", "github-01", "kargo-fleet-events");
    await stack.setSecret("webhookMasterSecret", "planted-master-secret-rotated");
    const run = await stack.up();
    assert.equal(run.failed, false, run.output);
    assert.deepEqual(
      touched(run),
      [
        ...NAMES.map((name) => `${name}/webhook`),
        ...["event-source", "secret"].flatMap((role) =>
          ["github-00", "github-01"].map((group) => `build-triggers/${role}-${group}`),
        ),
      ].sort(),
    );
    const after = await stack.get("secrets", "github-01", "kargo-fleet-events");
    assert.equal(uidOf(after), uidOf(before));
    assert.notDeepEqual(after.data, before.data);
  });

  it("stops at an invalid services.json with its line, and changes nothing", async () => {
    await stack.writeCatalogue(
      '{\n  "teams": {},\n  "services": { "nginx": { "team": "egde", "repository": "acme/nginx" } }\n}',
    );
    const { failed, steps, output } = await stack.up();
    assert.ok(failed);
    assert.match(output, /services\.json:3:36 {2}services\.nginx\.team {2}"egde" is not a team/);
    assert.deepEqual(steps, {});
    await stack.writeCatalogue(WITHOUT_APPROVERS);
  });

  it("stops at an invalid stack config with its line, and changes nothing", async () => {
    await configure({ regisry: "x", rollout: "{ percent: 120 }" });
    const { failed, steps, output } = await stack.up();
    assert.ok(failed);
    assert.match(
      output,
      /Pulumi\.test\.yaml:\d+:3 {2}config\.kargo-fleet:regisry {2}"regisry" is not a valid key here/,
    );
    assert.match(output, /Pulumi\.test\.yaml:\d+:\d+ {2}config\.kargo-fleet:rollout\.percent/);
    assert.deepEqual(steps, {});
    await configure();
  });

  it("refuses to remove a service from the list, and changes nothing", async () => {
    await stack.writeCatalogue(
      catalogueText({
        nginx: service("nginx"),
        auth: service("auth", { team: "identity", pipeline: "regulated" }),
      }),
    );
    for (const run of [await stack.preview(), await stack.up()]) {
      assert.ok(run.failed);
      assert.match(run.output, /services\.api-gw {2}"api-gw" is provisioned, and its entry is gone/);
    }
    assert.deepEqual(await stack.objects(), EVERYTHING);
    await stack.writeCatalogue(WITHOUT_APPROVERS);
  });

  it("names the object and the field that a definition rejects, and continues after a fix", async () => {
    const restore = await stack.narrowDefinition("warehouses.kargo.akuity.io", "interval", "^5m0s$");
    await configure({ warehouse: "{ interval: 10m }" });
    const { failed, output } = await stack.cli("up", "--yes", "--skip-preview");
    await restore();
    assert.ok(failed);
    // Whichever of the three comes first.
    assert.match(output, /"kargo-([a-z-]+)\/\1"[\s\S]*spec\.interval/);
    await configure();
    assert.equal((await stack.up()).failed, false);
  });

  it("deletes nothing when a protected stack is destroyed", async () => {
    const { failed, output } = await stack.destroy();
    assert.ok(failed);
    assert.match(output, /protect/);
    assert.deepEqual(await stack.objects(), EVERYTHING);
    assert.equal(stack.github.hooks("acme/nginx").length, 1);
  });

  it("deletes everything when a stack with protect: false is destroyed", async () => {
    await configure({ protect: "false" });
    assert.deepEqual(touched(await stack.up()), []);
    const { failed, output } = await stack.destroy();
    assert.equal(failed, false, output);
    assert.deepEqual(await stack.objects(), DEPLOYER);
    assert.deepEqual(
      NAMES.flatMap((name) => stack.github.hooks(`acme/${name}`)),
      [],
    );
    const { checkpoint } = JSON.parse(await stack.state()) as {
      checkpoint: { latest?: { resources?: unknown[] } };
    };
    assert.deepEqual(checkpoint.latest?.resources ?? [], []);
  });
});
