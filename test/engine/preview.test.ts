import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EngineRun, FleetReport } from "../../fleet/preview/change.ts";
import { resourcesOf, urnOf, VALUES_FILES } from "../../fleet/preview/urns.ts";
import { inventoriesOf } from "../../manifests/inventory/objects.ts";
import { makePlan } from "../../model/plan.ts";
import { ONLY } from "../../model/preview-filter.ts";
import { openRepository, type Repository } from "../repository.ts";
import { catalogueOf, NOW, readCatalogueText, readStackText } from "../sources.ts";
import { succeeds } from "./commands.ts";
import { type FleetStack, MASTER_SECRET, openFleetStack, PASSWORDS, TOKEN } from "./fleet-stack.ts";

/** One name is a prefix of the other, which a wildcard would confuse. */
const PROVISIONED = { auth: {}, "auth-dev": {} };
/** The base has one more service, which no `up` has created. */
const BASE = { ...PROVISIONED, ghost: {} };

const PIPELINES = "{ standard: [ { stage: prod, promotion: manual, sync: manual } ] }";

describe("fleet preview, on a real engine and API server", () => {
  let stack: FleetStack;
  let repository: Repository;
  /** All output of the commands. */
  const said: string[] = [];

  const configure = (keys: Readonly<Record<string, string>> = {}) =>
    stack.writeConfig({ protect: "false", pipelines: PIPELINES, ...keys });

  before(async () => {
    stack = await openFleetStack([...Object.keys(BASE), "young"], { catalogue: catalogueOf(PROVISIONED) });
    repository = await openRepository(stack.folder);
    await repository.write({ ".gitignore": "*\n!/services.json\n!/Pulumi.test.yaml\n" });
    await configure();
    await repository.git("add", ".gitignore", "-f");
    await repository.commit();
  });

  after(() => stack?.close());

  /** The result of a command, and its exit code. */
  async function preview(...args: readonly string[]): Promise<{
    readonly engine: EngineRun;
    readonly affected: readonly string[];
    readonly code: number | undefined;
  }> {
    const flags = ["--base", "main", "--json", "--report", "report.md"];
    const { output, code } = await stack.fleet("preview", ...flags, ...args);
    said.push(output, await readFile(join(stack.folder, "report.md"), "utf8"));
    const [one] = (JSON.parse(output.slice(output.indexOf("{\n"))) as FleetReport).stacks;
    assert.ok(one?.engine, output);
    return { engine: one.engine, affected: one.change.services.map(({ service: name }) => name), code };
  }

  const steps = ({ steps: all }: EngineRun) => all.map(({ op, name }) => `${op} ${name}`).sort();

  it("computes the URNs of an up's resources", async () => {
    await succeeds(stack.up());
    const urns = (await stack.checkpoint()).resources.map(({ urn }) => urn);
    const own = urns.filter((urn) => !/::pulumi:/.test(urn));
    const config = readStackText(await readFile(join(stack.folder, "Pulumi.test.yaml"), "utf8"));
    const plan = makePlan(readCatalogueText(catalogueOf(PROVISIONED)), config, NOW);
    const all = [VALUES_FILES, ...inventoriesOf(plan).flatMap(resourcesOf)];
    assert.deepEqual(own.sort(), all.map((resource) => urnOf("test", resource)).sort());
    await stack.writeCatalogue(catalogueOf(BASE));
    await repository.commit();
  });

  it("previews only the resources of the changed service", async () => {
    await stack.writeCatalogue(catalogueOf({ ...BASE, auth: { warehouse: { interval: "1h" } } }));
    const { engine, affected, code } = await preview();
    assert.deepEqual(affected, ["auth"]);
    assert.deepEqual(steps(engine), ["update auth/warehouse"]);
    assert.deepEqual(engine.steps[0]?.paths, ["spec.interval"]);
    assert.deepEqual([engine.scope, engine.outcome, code], ["affected", "succeeded", 0]);
  });

  it("gives the engine no state of another service, not even one that an up would refuse", async () => {
    const file = join(stack.folder, "state/.pulumi/stacks/kargo-fleet/test.json");
    const whole = await stack.state();
    const broken = whole.replace(/(::auth-dev\/warehouse",.*?"provider":"[^"]+)"/, '$1-lost"');
    assert.notEqual(broken, whole);
    await writeFile(file, broken);
    const { engine } = await preview();
    const full = await preview("--full");
    await writeFile(file, whole);
    assert.deepEqual([steps(engine), engine.outcome], [["update auth/warehouse"], "succeeded"]);
    assert.equal(full.engine.outcome, "failed");
  });

  it("previews exactly the added and removed services, not those whose names share a prefix", async () => {
    await stack.writeCatalogue(catalogueOf({ "auth-dev": {}, young: {} }));
    const { engine, affected, code } = await preview("--fail-on", "deletions");
    assert.deepEqual(affected, ["young", "auth", "ghost"]);
    assert.deepEqual(
      [engine.scope, engine.outcome, code],
      ["affected", "succeeded", 3],
      engine.errors.join(),
    );
    const shared = engine.steps.filter(({ name }) => name.startsWith("build-triggers/"));
    assert.ok(shared.some(({ op, name }) => op === "update" && /\/sensor-/.test(name)));
    const own = engine.steps.filter((step) => !shared.includes(step));
    const expected = { create: /^young(\/|$)/, delete: /^auth(\/|$)/ } as const;
    for (const [op, name] of Object.entries(expected))
      assert.ok(own.filter((step) => step.op === op && name.test(step.name)).length > 10, op);
    assert.deepEqual(
      own.filter(({ op, name }) => !(op in expected && expected[op as "create"].test(name))),
      [],
    );
  });

  it("previews everything if shared resources differ, and shows the loss check's message", async () => {
    await configure({ protect: "true" });
    const { engine, code } = await preview();
    await configure();
    assert.deepEqual([engine.scope, engine.outcome, code], ["full", "refused", 2]);
    assert.equal(engine.because, "shared settings differ: protect");
    assert.match(engine.errors.join(), /"auth" is provisioned, and its entry is gone/);
  });

  it("leaves no filter in the environment: an up with a filter is refused before anything is registered", async () => {
    process.env[ONLY] = '{"services":["auth"],"platform":false}';
    const { failed, output } = await stack.cli("up", "--yes", "--skip-preview");
    delete process.env[ONLY];
    assert.ok(failed);
    assert.match(output, /KARGO_FLEET_ONLY is set, which is only valid in a preview/);
    assert.doesNotMatch(output, /PromiseRejection/);
    assert.ok((await stack.objects()).includes("Project /kargo-auth"));
  });

  it("prints no secret", async () => {
    assert.ok(said.length > 4 && said.some((text) => text.includes("secret-")));
    for (const secret of [TOKEN, MASTER_SECRET, ...Object.values(PASSWORDS)]) {
      for (const text of said) {
        assert.ok(!text.includes(secret));
        assert.ok(!text.includes(Buffer.from(secret).toString("base64").replace(/=+$/, "")));
      }
    }
  });
});
