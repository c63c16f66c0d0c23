import assert from "node:assert/strict";
import { catalogueText, service } from "../sources.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type FleetStack, openFleetStack, type Run, TOKEN } from "./fleet-stack.ts";

type Command = "preview" | "up";
type Entries = Readonly<Record<string, object>>;

const list = (entries: Entries) =>
  catalogueText(
    Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
  );
const BOTH: Entries = { nginx: {}, auth: {} };
const WITHOUT_AUTH: Entries = { nginx: {} };
const DECOMMISSIONED: Entries = { nginx: {}, auth: { state: "decommissioned" } };

/** dev and prod, with what stands between them. */
const pipelines = (between = "") =>
  `{ standard: [ { stage: dev, promotion: auto, sync: auto }, ${between}
      { stage: prod, promotion: manual, sync: manual, after: [dev] } ] }`;
const qa = (state: string) => `{ stage: qa, promotion: auto, sync: auto, after: [dev], state: ${state} },`;

/** The names of the resources that were not left as they were. */
function touched({ steps }: Run): string[] {
  const changed = Object.entries(steps).filter(([, op]) => op !== "same");
  return changed.map(([name, op]) => `${op} ${name}`).sort();
}

describe("what leaves a stack, on a real engine and API server", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let everything: readonly string[] = [];

  before(async () => {
    stack = await openFleetStack(["nginx", "auth"]);
    await configure({ pipelines: pipelines() });
    await stack.writeCatalogue(list(BOTH));
  });

  after(() => stack?.close());

  /** What all services share is another stack's, so that what changes here is the service's own. */
  const configure = (keys: Readonly<Record<string, string>>) =>
    stack.writeConfig({ platform: "false", ...keys });
  const rolledOut = (rollout: string) => configure({ pipelines: pipelines(), rollout });

  async function succeeds(run: Promise<Run>): Promise<Run> {
    const done = await run;
    assert.equal(done.failed, false, done.output);
    return done;
  }

  /** The preview and the `up` say so, and touch nothing. */
  async function refused(message: RegExp, how: readonly Command[] = ["up"]): Promise<void> {
    const state = await resources();
    for (const command of how) {
      const run = await stack[command]();
      assert.ok(run.failed, run.output);
      assert.match(run.output, message);
      assert.deepEqual(run.steps, {});
    }
    assert.deepEqual(await stack.objects(), everything);
    assert.deepEqual(await resources(), state);
    assert.equal(stack.github.hooks("acme/auth").length, 1);
  }

  /** What the engine's checkpoint knows, but for when it was written. */
  async function resources(): Promise<readonly string[]> {
    const { checkpoint } = JSON.parse(await stack.state()) as {
      checkpoint: { latest: { resources: { urn: string; protect?: boolean }[] } };
    };
    return checkpoint.latest.resources.map(({ urn, protect }) => `${urn} ${protect ?? false}`).sort();
  }

  async function policies(name: string): Promise<Readonly<Record<string, boolean>>> {
    const { spec } = (await stack.get(
      "projectconfigs.kargo.akuity.io",
      `kargo-${name}`,
      `kargo-${name}`,
    )) as {
      spec: { promotionPolicies: { stageSelector: { name: string }; autoPromotionEnabled?: boolean }[] };
    };
    const pairs = spec.promotionPolicies.map(({ stageSelector, autoPromotionEnabled = false }) => [
      stageSelector.name,
      autoPromotionEnabled,
    ]);
    return Object.fromEntries(pairs);
  }

  async function valuesFiles(name: string): Promise<readonly string[]> {
    const response = await fetch(`${stack.github.url}/repos/acme/gitops/contents/services/${name}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return ((await response.json()) as { name: string }[]).map((file) => file.name).sort();
  }

  async function uid(kind: string, name: string): Promise<string> {
    return ((await stack.get(kind, name)).metadata as { uid: string }).uid;
  }

  describe("where nobody said that it leaves", () => {
    it("is kept by protection alone after an up that failed before it could say what it made", async () => {
      const restore = await stack.narrowDefinition("warehouses.kargo.akuity.io", "interval", "^5m0s$");
      await configure({ pipelines: pipelines(), warehouse: "{ interval: 10m }" });
      const first = await stack.cli("up", "--yes", "--skip-preview");
      await restore();
      assert.ok(first.failed);
      await configure({ pipelines: pipelines() });
      await stack.writeCatalogue(list(WITHOUT_AUTH));
      const { failed, output } = await stack.preview();
      await stack.writeCatalogue(list(BOTH));
      await succeeds(stack.up());
      everything = await stack.objects();
      assert.ok(everything.includes("Project /kargo-auth"));
      assert.ok(failed);
      assert.match(output, /auth\S* cannot be deleted[\s\S]*protect/);
    });

    it("is refused when its entry is removed", async () => {
      await stack.writeCatalogue(list(WITHOUT_AUTH));
      await refused(
        /error: 1 problem found; nothing was touched\.\n.*services\.json:\d+:\d+ {2}services\.auth {2}"auth" is provisioned, and its entry is gone: .*give it "state": "decommissioned", run pulumi up, and remove it then\./,
        ["preview", "up"],
      );
    });

    it("is refused by the CLI's own preview before an up too", async () => {
      const { failed, output } = await stack.cli("up", "--yes");
      assert.ok(failed);
      assert.match(output, /"auth" is provisioned, and its entry is gone/);
    });

    it("is refused after a refresh too, which keeps what the last up said", async () => {
      await succeeds(stack.refresh());
      await refused(/"auth" is provisioned, and its entry is gone/);
    });

    it("is explained when a service is renamed", async () => {
      await stack.writeCatalogue(list({ nginx: {}, login: { repository: "acme/auth" } }));
      await refused(/services\.login {2}"login" has the repository of "auth"/);
      await stack.writeCatalogue(list(BOTH));
    });

    it("is refused when percent is lowered", async () => {
      await rolledOut("{ percent: 0 }");
      await refused(
        /rollout\.percent {2}is 0 \(was 100\) and no longer reaches 2 provisioned services: auth, nginx\./,
      );
    });

    it("is refused when it is excluded", async () => {
      await rolledOut("{ exclude: [{ names: [auth] }] }");
      await refused(/rollout\.exclude\[0\] {2}takes out 1 provisioned service: auth\./);
    });

    it("is refused still after all that, and fine when everything is as it was", async () => {
      await configure({ pipelines: pipelines() });
      assert.deepEqual(touched(await succeeds(stack.up())), []);
    });
  });

  describe("in two steps", () => {
    it("first stops: hook off, auto-promotion off, protection off, and nothing else", async () => {
      const project = await uid("projects.kargo.akuity.io", "kargo-auth");
      await stack.writeCatalogue(list(DECOMMISSIONED));
      const run = await succeeds(stack.up());
      assert.deepEqual(touched(run), ["update auth/project-config", "update auth/webhook"]);
      assert.match(run.output, /Decommissioned: auth\. The hook is off, and is deleted by the next up/);
      assert.deepEqual(
        stack.github.hooks("acme/auth").map(({ active }) => active),
        [false],
      );
      assert.deepEqual(await policies("auth"), { dev: false, prod: false });
      assert.deepEqual(await policies("nginx"), { dev: true, prod: false });
      assert.deepEqual(await stack.objects(), everything);
      assert.equal(await uid("projects.kargo.akuity.io", "kargo-auth"), project);
      const open = (await resources()).filter((one) => /::auth[/ ].*false$|::auth false$/.test(one));
      assert.equal(open.length, 1 + 14);
    });

    it("then loses its hook, which the engine deletes no sooner than it is unprotected", async () => {
      assert.deepEqual(touched(await succeeds(stack.up())), ["delete auth/webhook"]);
      assert.deepEqual(stack.github.hooks("acme/auth"), []);
      assert.deepEqual(touched(await succeeds(stack.preview())), []);
      assert.deepEqual(await stack.objects(), everything);
    });

    it("comes back when it is active again, with a hook and protected", async () => {
      await stack.writeCatalogue(list(BOTH));
      assert.deepEqual(touched(await succeeds(stack.up())), [
        "create auth/webhook",
        "update auth/project-config",
      ]);
      await stack.writeCatalogue(list(WITHOUT_AUTH));
      await refused(/"auth" is provisioned, and its entry is gone/);
    });

    it("is gone when it was decommissioned and its entry is removed; its values files stay in Git", async () => {
      await stack.writeCatalogue(list(DECOMMISSIONED));
      await succeeds(stack.up());
      await stack.writeCatalogue(list(WITHOUT_AUTH));
      const run = await succeeds(stack.up());
      assert.match(run.output, /Leaving now: auth\./);
      assert.deepEqual(
        await stack.objects(),
        everything.filter((one) => !/[/-]auth(\/|-dev$|-prod$|$)/.test(one)),
      );
      assert.deepEqual(stack.github.hooks("acme/auth"), []);
      assert.equal(stack.github.hooks("acme/nginx").length, 1);
      assert.deepEqual(await valuesFiles("auth"), ["values-dev.yaml", "values-prod.yaml"]);
      assert.deepEqual(touched(await succeeds(stack.up())), []);
    });
  });

  describe("of a pipeline", () => {
    const between = async (stages: string) => configure({ pipelines: pipelines(stages) });

    it("is refused when a stage is dropped", async () => {
      await between(qa("active"));
      await succeeds(stack.up());
      await between("");
      const { failed, output } = await stack.up();
      assert.ok(failed);
      assert.match(
        output,
        /pipelines\.standard {2}the stage "qa" is gone from it; 1 provisioned service has it: nginx\./,
      );
      assert.ok((await stack.objects()).includes("Stage kargo-nginx/qa"));
    });

    it("stops promoting when it is retired, and is still there", async () => {
      await between(qa("retired"));
      const run = await succeeds(stack.up());
      assert.deepEqual(touched(run), ["update nginx/project-config"]);
      assert.match(run.output, /Retired: the stage qa of pipeline standard\./);
      assert.deepEqual(await policies("nginx"), { dev: true, qa: false, prod: false });
      assert.ok((await stack.objects()).includes("Stage kargo-nginx/qa"));
    });

    it("is gone when it was retired and is removed, and only it; its values file stays in Git", async () => {
      await between("");
      const run = await succeeds(stack.up());
      assert.deepEqual(
        touched(run).filter((step) => step.startsWith("delete")),
        ["delete nginx/application-qa", "delete nginx/stage-qa"],
      );
      const left = await stack.objects();
      assert.ok(!left.includes("Stage kargo-nginx/qa") && left.includes("Stage kargo-nginx/prod"));
      assert.deepEqual(await valuesFiles("nginx"), ["values-dev.yaml", "values-prod.yaml", "values-qa.yaml"]);
    });
  });

  describe("for a while", () => {
    // Without quotes, as people write dates: the engine hands them over as Go prints times.
    it("is frozen: one ProjectConfig changes, and a line says until when and why", async () => {
      await rolledOut(
        "{ freeze: [{ stages: [dev], services: [nginx], until: 2099-12-31, reason: year end }] }",
      );
      const run = await succeeds(stack.up());
      assert.deepEqual(touched(run), ["update nginx/project-config"]);
      assert.match(
        run.output,
        /Frozen until 2099-12-31 \(year end\): dev of nginx promotes nothing by itself\./,
      );
      assert.deepEqual(await policies("nginx"), { dev: false, prod: false });
    });

    it("ends by itself with the first up after its date", async () => {
      await rolledOut("{ freeze: [{ stages: [dev], until: 2020-12-31, reason: year end }] }");
      const run = await succeeds(stack.up());
      assert.match(run.output, /The freeze until 2020-12-31 \(year end\) is over\./);
      assert.deepEqual(await policies("nginx"), { dev: true, prod: false });
    });
  });

  describe("where the stack may be destroyed", () => {
    it("is only said, and done", async () => {
      await configure({ pipelines: pipelines(), protect: "false" });
      assert.deepEqual(touched(await succeeds(stack.up())), []);
      await stack.writeCatalogue(list({}));
      const run = await succeeds(stack.up());
      assert.match(run.output, /The stack says protect: false, so this goes:\n.*"nginx" is provisioned/);
      assert.ok(!(await stack.objects()).includes("Project /kargo-nginx"));
    });
  });
});
