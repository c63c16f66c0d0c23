import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { catalogueOf } from "../sources.ts";
import { allowedTo } from "./access-world.ts";
import { testBuildRights } from "./build-rights.ts";
import { succeeds } from "./commands.ts";
import { DEPLOYER } from "./expected-objects.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, PASSWORDS, TOKEN } from "./fleet-stack.ts";
import { testRotations } from "./rotations.ts";
import {
  ALL,
  EVERYTHING,
  GROUPS,
  NAMES,
  pipelines,
  RESOURCES,
  touched,
  WITHOUT_APPROVERS,
} from "./three-services.ts";

describe("pulumi up of the program on a real API server", () => {
  let stack: FleetStack;
  /** The context of the kubeconfig, which one test renames. */
  let context = "sandbox";

  before(async () => {
    stack = await openFleetStack(NAMES, { catalogue: ALL });
    await configure();
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

  /** Which of the two groups of auth's team may promote to prod, by the API server. */
  async function promotesToProd(): Promise<Record<string, boolean | undefined>> {
    const prod = { resource: "stages", name: "prod", namespace: "kargo-auth" };
    const promote = { ...prod, group: "kargo.akuity.io", verb: "promote" };
    const answers: Record<string, boolean | undefined> = {};
    for (const group of ["AD-Identity", "AD-Identity-Release"])
      [answers[group]] = await allowedTo(stack, { groups: [group] }, [promote]);
    return answers;
  }

  it("previews every resource before anything exists", async () => {
    const { steps } = await succeeds(stack.preview());
    assert.equal(Object.values(steps).filter((op) => op === "create").length, RESOURCES);
    assert.deepEqual(await stack.objects(), DEPLOYER);
  });

  it("creates everything of every service", async () => {
    await succeeds(stack.cli("up", "--yes", "--skip-preview"));
    assert.deepEqual(await stack.objects(), EVERYTHING);
  });

  it("creates one active push hook on each service's repository", () => {
    for (const name of NAMES) {
      const hooks = stack.github.hooks(`acme/${name}`);
      assert.deepEqual(
        hooks.map(({ active, events, hasSecret, url }) => [active, events, hasSecret, url]),
        [[true, ["push"], true, `https://hooks.acme.example/${GROUPS[name]}/${name}`]],
      );
    }
  });

  testBuildRights(() => stack);

  it("changes nothing the second time", async () => {
    const run = await succeeds(stack.up());
    assert.deepEqual(touched(run), []);
    assert.equal(Object.keys(run.steps).length, RESOURCES);
  });

  it("finds no drift, and neither prints nor keeps a secret of the stack", async () => {
    const run = await succeeds(stack.refresh());
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
    assert.deepEqual(touched(await succeeds(stack.up())), ["auth/stage-prod"]);
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
    assert.deepEqual(touched(await succeeds(stack.up())), []);
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
    assert.deepEqual(touched(await succeeds(stack.up())), changed);
    assert.deepEqual(await promotesToProd(), { "AD-Identity": true, "AD-Identity-Release": false });
    const { subjects } = await stack.get("rolebindings", "kargo-fleet-approvers", "kargo-auth");
    assert.match(JSON.stringify(subjects), /"name":"AD-Identity"/);
  });

  it("replaces nothing when the kubeconfig's context is renamed", async () => {
    const config = await readFile(stack.kubeconfig, "utf8");
    context = "renamed";
    await writeFile(stack.kubeconfig, config.replaceAll(/\bsandbox\b/g, context));
    await configure();
    assert.deepEqual(touched(await succeeds(stack.up())), ["kubernetes"]);
  });

  testRotations(() => stack);

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
    await stack.writeCatalogue(catalogueOf({ nginx: {}, auth: { team: "identity", pipeline: "regulated" } }));
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
    await succeeds(stack.up());
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
    await succeeds(stack.destroy());
    assert.deepEqual(await stack.objects(), DEPLOYER);
    assert.deepEqual(
      NAMES.flatMap((name) => stack.github.hooks(`acme/${name}`)),
      [],
    );
    assert.deepEqual((await stack.checkpoint()).resources, []);
  });
});
