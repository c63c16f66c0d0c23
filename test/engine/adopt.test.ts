import assert from "node:assert/strict";
import { catalogueOf, servicePlan } from "../sources.ts";
import { kubectl } from "./commands.ts";
import { type FleetStack, openFleetStack, TOKEN } from "./fleet-stack.ts";
import { BY_HAND } from "./hand-made.ts";

/** The number of groups in these tests' stack, which determines the address of nginx's hook. */
const WEBHOOKS = '{ url: "https://hooks.acme.example", groups: 2 }';
const ADDRESS = servicePlan({}, { webhooks: WEBHOOKS }).webhook?.url ?? "";
const ADOPTED = [
  ["namespace", "kargo-nginx", ""],
  ["projects.kargo.akuity.io", "kargo-nginx", ""],
  ["warehouses.kargo.akuity.io", "nginx", "kargo-nginx"],
  ["stages.kargo.akuity.io", "dev", "kargo-nginx"],
  ["appprojects.argoproj.io", "nginx", "argocd"],
] as const;
const BESIDE = [
  ["stages.kargo.akuity.io", "qa", "kargo-nginx"],
  ["freights.kargo.akuity.io", "f00d", "kargo-nginx"],
] as const;

interface Live {
  readonly metadata: { readonly uid: string; readonly generation?: number; readonly labels?: object };
  readonly spec?: object;
}

describe("fleet adopt of objects created by hand", () => {
  let stack: FleetStack;
  let first: ReadonlyMap<string, Live>;
  let hook: number;

  async function all(): Promise<Map<string, Live>> {
    const found = new Map<string, Live>();
    for (const [kind, name, namespace] of [...ADOPTED, ...BESIDE])
      found.set(`${kind} ${name}`, await stack.get<Live>(kind, name, namespace));
    return found;
  }

  const uids = (found: ReadonlyMap<string, Live>) =>
    [...found].map(([name, { metadata }]) => [name, metadata.uid]);

  before(async () => {
    const config = { webhooks: WEBHOOKS, platform: "false" };
    stack = await openFleetStack(["nginx"], { config, catalogue: catalogueOf(["nginx"]) });
    // The hand-made pipeline is older than the guards. The guards are already there, so the break-glass group creates it.
    const past = ["--as=somebody", "--as-group=break-glass", "--as-group=system:masters"];
    await kubectl(stack, [...past, "apply", "-f", "-"], BY_HAND);
    const answer = await fetch(`${stack.github.url}/repos/acme/nginx/hooks`, {
      method: "POST",
      headers: { authorization: `token ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({
        config: { url: ADDRESS, content_type: "form" },
        events: ["push", "release"],
      }),
    });
    hook = ((await answer.json()) as { id: number }).id;
    first = await all();
  });

  after(() => stack?.close());

  it("shows what it found and what would change, and changes nothing", async () => {
    const { code, output } = await stack.fleet("adopt", "nginx");
    assert.equal(code, 2, output);
    for (const line of [
      "Namespace kargo-nginx\n    + metadata.labels.app.kubernetes.io/managed-by: kargo-fleet",
      "~ spec.interval: 10m0s → 5m0s",
      "~ spec.subscriptions[0].image.imageSelectionStrategy: NewestBuild → Lexical",
      "- metadata.annotations.example.com/note: by hand",
      `hook acme/nginx → ${ADDRESS}\n    ~ events: ["push","release"] → ["push"]`,
      "Stage kargo-nginx/qa",
      "1 Freight of kargo-nginx",
      "fleet adopt nginx --stack test --yes imports it",
    ])
      assert.ok(output.includes(line), `${line}\nis not in\n${output}`);
    assert.deepEqual(await all(), first);
  });

  it("adds it to the state with --yes, without changing any object", async () => {
    const { code, output } = await stack.fleet("adopt", "nginx", "--yes");
    assert.equal(code, 0, output);
    const after = await all();
    assert.deepEqual(uids(after), uids(first));
    for (const [name, { metadata, spec }] of after) {
      assert.deepEqual(metadata.generation, first.get(name)?.metadata.generation, name);
      assert.deepEqual(spec, first.get(name)?.spec, name);
    }
  });

  it("makes the next up change what was announced, in place, and create the rest", async () => {
    const run = await stack.up();
    assert.equal(run.failed, false, run.output);
    assert.doesNotMatch(run.output, /delete|replace/);
    const after = await all();
    assert.deepEqual(uids(after), uids(first));
    const spec = JSON.stringify(after.get("warehouses.kargo.akuity.io nginx")?.spec);
    assert.match(spec, /"interval":"5m0s".*"imageSelectionStrategy":"Lexical"/);
    assert.doesNotMatch(JSON.stringify(after.get("warehouses.kargo.akuity.io nginx")?.metadata), /by hand/);
    assert.deepEqual(
      after.get("stages.kargo.akuity.io qa")?.spec,
      first.get("stages.kargo.akuity.io qa")?.spec,
    );
  });

  it("keeps the one hook, with the same id", () => {
    const hooks = stack.github.hooks("acme/nginx");
    assert.deepEqual(
      hooks.map(({ id, events, hasSecret, contentType }) => ({ id, events, hasSecret, contentType })),
      [{ id: hook, events: ["push"], hasSecret: true, contentType: "json" }],
    );
  });

  it("finds nothing to import afterwards", async () => {
    const { code, output } = await stack.fleet("adopt", "nginx");
    assert.equal(code, 0, output);
    assert.match(output, /nothing to import/);
  });

  it("lists the services if the given one does not exist", async () => {
    const { code, output } = await stack.fleet("adopt", "ngnix");
    assert.equal(code, 1);
    assert.match(output, /has no service "ngnix"\. Did you mean "nginx"\?/);
  });
});
