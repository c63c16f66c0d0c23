import assert from "node:assert/strict";
import { resolve } from "node:path";
import { execa } from "execa";
import type { Cluster } from "../../fleet/cluster.ts";
import { PROVISIONED, type Provisioned, provisionedSchema } from "../../model/provisioned.ts";
import { openRepository } from "../repository.ts";
import { catalogueText, service } from "../sources.ts";
import { administrator, sendOrThrow } from "./access-world.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { objectsOf as serviceObjects } from "./expected-objects.ts";
import { type FleetStack, openFleetStack, TOKEN } from "./fleet-stack.ts";

type Entries = Readonly<Record<string, object>>;

const TEAMS = {
  edge: { group: "AD-Edge" },
  identity: { group: "AD-Identity" },
  payments: { group: "AD-Payments" },
};
const list = (entries: Entries) =>
  catalogueText(
    Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
    TEAMS,
  );

const HEALTHY: Entries = { nginx: {}, auth: { team: "identity" } };
/** A complete service whose repository is deleted later. */
const GONE: Entries = { gone: {} };
/**
 * Services with known problems: no repository; a namespace of somebody else; a team without build namespace; an
 * archived repository.
 */
const FORESEEN: Entries = { lost: {}, taken: {}, homeless: { team: "payments" }, old: {} };
/** Services whose hooks GitHub refuses, which no check can predict. */
const UNFORESEEN: Readonly<Record<string, 403 | 422 | 502>> = { closed: 403, odd: 422, sick: 502 };
const ALL: Entries = {
  ...HEALTHY,
  ...GONE,
  ...FORESEEN,
  ...Object.fromEntries(Object.keys(UNFORESEEN).map((name) => [name, {}])),
};
/** One service with another chart, and one new service. */
const AT_LAST: Entries = { ...HEALTHY, closed: {}, odd: { chart: { path: "charts/other" } }, late: {} };
const going = (entries: Entries): Entries =>
  Object.fromEntries(
    Object.entries(entries).map(([name, more]) => [name, { ...more, state: "decommissioned" }]),
  );
const PIPELINES = (prod = "") =>
  `{ standard: [ ${[
    "{ stage: dev, promotion: auto, sync: auto }",
    `{ stage: prod, promotion: manual, sync: manual, after: [dev]${prod} }`,
  ].join()} ] }`;

/** What one service has in the cluster. */
const objectsOf = (name: string) => serviceObjects(name, { pipelines: PIPELINES() });

describe("one broken service among others, on a real engine and API server", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: FleetStack;
  let admin: Cluster;

  const namespaces = "/api/v1/namespaces";
  const hooks = (name: string) => stack.github.hooks(`acme/${name}`).length;
  /** The existing objects of a service. */
  const objects = async (name: string) => {
    const own = new Set(objectsOf(name));
    return (await stack.objects()).filter((object) => own.has(object)).sort();
  };
  const isWhole = async (name: string) => {
    assert.deepEqual(await objects(name), objectsOf(name));
    assert.equal(hooks(name), 1, name);
  };
  /** The stack's output `provisioned`. */
  async function provisioned(): Promise<Provisioned> {
    const { output } = await stack.cli("stack", "output", "--json", "--show-secrets");
    const outputs = JSON.parse(output.slice(output.indexOf("{"))) as Record<string, unknown>;
    return provisionedSchema.parse(outputs[PROVISIONED]);
  }
  const up = () => stack.script(".github/scripts/up.sh", { RUNNER_TEMP: stack.folder, TMPDIR: stack.folder });
  const configure = (prod = "") => stack.writeConfig({ pipelines: PIPELINES(prod) }, TEAMS);
  const says = (output: string, names: readonly string[], code: string) => {
    for (const name of names)
      assert.match(
        output,
        new RegExp(`services\\.json:\\d+:\\d+ {2}services\\.${name}\\b.*\\[${code}\\]`),
        name,
      );
  };

  before(async () => {
    const names = ["nginx", "auth", "gone", "taken", "homeless", ...Object.keys(UNFORESEEN), "late"];
    stack = await openFleetStack(names, { "README.md": "" }, [{ name: "acme/old", archived: true }]);
    admin = await administrator(stack);
    const metadata = { name: "kargo-taken" };
    const body = { apiVersion: "v1", kind: "Namespace", metadata };
    await sendOrThrow(admin, { method: "POST", path: namespaces, body });
    await configure();
  });

  after(async () => {
    await admin?.send({ method: "DELETE", path: `${namespaces}/kargo-taken` });
    admin?.close();
    await stack?.close();
  });

  it("is named by a preview with reason and fix, before anything is changed", async () => {
    await stack.writeCatalogue(list({ ...HEALTHY, ...FORESEEN }));
    const { failed, output } = await stack.preview();
    assert.equal(failed, false, output);
    says(output, ["lost"], "KF100");
    says(output, ["old"], "KF101");
    says(output, ["homeless"], "KF102");
    says(output, ["taken"], "KF103");
    assert.doesNotMatch(output, /services\.(nginx|auth)\b/);
  });

  it("is named by fleet check --online, which asks about every service and writes nothing", async () => {
    const before = [await stack.objects(), hooks("nginx")];
    const { stdout, stderr, exitCode } = await execa(
      process.execPath,
      [resolve("fleet/main.ts"), "check", "--online", "test"],
      { cwd: stack.folder, env: { ...stack.environment, GITHUB_TOKEN: TOKEN }, reject: false },
    );
    assert.equal(exitCode, 2, stdout + stderr);
    const said = stderr.matchAll(/ {2}services\.([a-z]+)\S* {2}.*\[(KF\d+)\]$/gm);
    assert.deepEqual(
      [...said].map(([, name, code]) => `${name} ${code}`),
      ["lost KF100", "taken KF103", "homeless KF102", "old KF101"],
    );
    assert.deepEqual([await stack.objects(), hooks("nginx")], before);
  });

  it("stops no other in a plain up, which registers last what will fail", async () => {
    // The provider waits a minute for a missing namespace.
    const { homeless: _, ...others } = FORESEEN;
    await stack.writeCatalogue(list({ ...HEALTHY, ...GONE, ...others }));
    const { failed, output } = await stack.cli("up", "--yes");
    assert.ok(failed, output);
    says(output, ["lost"], "KF100");
    for (const name of Object.keys({ ...HEALTHY, ...GONE })) await isWhole(name);
  });

  it("stops no other in the shipped up, even if the error is unpredictable and several are broken", async () => {
    for (const [name, status] of Object.entries(UNFORESEEN))
      stack.github.faults.add({ kind: "error", path: `/repos/acme/${name}/hooks`, method: "POST", status });
    await stack.writeCatalogue(list(ALL));
    await configure(", soak: 2h");
    const { code, output } = await up();
    assert.notEqual(code, 0, output);
    says(output, ["lost"], "KF100");
    says(output, ["old"], "KF101");
    says(output, ["homeless"], "KF102");
    says(output, ["taken"], "KF103");
    says(output, Object.keys(UNFORESEEN), "KF104");
    for (const name of Object.keys(HEALTHY)) {
      await isWhole(name);
      const { spec } = await stack.get("stages.kargo.akuity.io", "prod", `kargo-${name}`);
      assert.match(JSON.stringify(spec), /"requiredSoakTime":"2h0m0s"/);
    }
    for (const name of ["lost", "homeless", "old", ...Object.keys(UNFORESEEN)])
      assert.deepEqual(await objects(name), objectsOf(name));
    assert.deepEqual(
      await objects("taken"),
      objectsOf("taken").filter((object) => object.includes(" argocd/")),
    );
  });

  it("leaves the stack its outputs, which list the incomplete services", async () => {
    const { services, incomplete, hooksOff } = await provisioned();
    assert.deepEqual(Object.keys(services).sort(), Object.keys(ALL).sort());
    assert.deepEqual([...incomplete].sort(), Object.keys({ ...FORESEEN, ...UNFORESEEN }).sort());
    assert.deepEqual(hooksOff, []);
  });

  it("gets no hook before its EventSource and its team's build namespace exist", () => {
    assert.equal(hooks("homeless"), 0);
  });

  it("can be removed when incomplete and protected, even if its hook never existed or cannot be changed, and a repaired one becomes complete", async () => {
    stack.github.faults.clear();
    for (const path of ["/repos/acme/gone", "/repos/acme/gone/**"])
      stack.github.faults.add({ kind: "error", path, status: 404 });
    const mended = { closed: {}, odd: {} };
    await stack.writeCatalogue(list({ ...HEALTHY, ...mended, ...going({ ...FORESEEN, ...GONE, sick: {} }) }));
    const first = await up();
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /dropped from the state, because GitHub shows none there .*: acme\/gone\./);
    await stack.writeCatalogue(list({ ...HEALTHY, ...mended }));
    const second = await up();
    assert.equal(second.code, 0, second.output);
    stack.github.faults.clear();
    for (const name of [...Object.keys(FORESEEN), "gone", "sick"])
      assert.deepEqual(await objects(name), [], name);
    const { status } = await admin.send({ method: "GET", path: `${namespaces}/kargo-taken` });
    assert.equal(status, 200);
    assert.deepEqual([hooks("sick"), hooks("old"), hooks("gone")], [0, 0, 1]);
    for (const name of Object.keys({ ...HEALTHY, ...mended })) await isWhole(name);
  });

  it("delays no other service's Application if its values files cannot be committed, and loses no outputs", async () => {
    stack.github.faults.add({ kind: "protected-branch", repository: "acme/gitops" });
    await stack.writeCatalogue(list(AT_LAST));
    const { code, output } = await up();
    stack.github.faults.clear();
    assert.notEqual(code, 0);
    assert.match(output, /The branch main of acme\/gitops .* accepts no direct commit/);
    const { spec } = await stack.get("applications.argoproj.io", "odd-dev", "argocd");
    assert.match(JSON.stringify(spec), /charts\/other/);
    assert.deepEqual(
      await objects("late"),
      objectsOf("late").filter((object) => !object.startsWith("Application ")),
    );
    const { services, incomplete } = await provisioned();
    assert.deepEqual(incomplete, ["late"]);
    assert.deepEqual([services.late?.values, services.odd?.values?.folder], [undefined, "services/odd"]);
  });

  it("makes a pull request's preview report that an up would fail for it, and exit with 2", async () => {
    const repository = await openRepository(stack.folder);
    await repository.write({ ".gitignore": "*\n!/services.json\n!/Pulumi.test.yaml\n" });
    await repository.git("add", ".gitignore", "-f");
    await repository.commit();
    await stack.writeCatalogue(list({ ...AT_LAST, lost: {} }));
    const { output, code } = await stack.fleet("preview", "--base", "main");
    assert.equal(code, 2, output);
    assert.match(output, /⛔ An up would fail for 1 service on .*test.*, and do the rest\./);
    says(output, ["lost"], "KF100");
  });
});
