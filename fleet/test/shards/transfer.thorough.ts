import assert from "node:assert/strict";
import fc from "fast-check";
import { digest, type ValuesFilesInputs } from "../../../components/values-files/provider.ts";
import { serviceValues } from "../../../manifests/values-file.ts";
import { provisioned } from "../../../model/provisioned.ts";
import { shardOf, shardStack } from "../../../model/shards.ts";
import { catalogueText, planOf, service } from "../../../test/sources.ts";
import { type Exported, integrityProblems, type Resource } from "../../recovery/state.ts";
import { recordOf, resourcesOf, servicesIn } from "../../shards/exported-state.ts";
import { withShardCount } from "../../shards/shard-count.ts";
import { type Member, movesOf, withoutServices, withServices } from "../../shards/transfer.ts";

const NAMES = Array.from({ length: 15 }, (_, index) => `service-${index}`);
const PLAN = planOf(catalogueText(Object.fromEntries(NAMES.map((name) => [name, service(name)]))));
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const EMPTY: Exported = { version: 3, deployment: { secrets_providers: { type: "own" } } };

/** A state as the engine writes it, with these services. */
function stateOf(stack: string, names: readonly string[]): Exported {
  const resource = (type: string, name: string, more: Partial<Resource>): Resource => ({
    urn: `urn:pulumi:${stack}::kargo-fleet::${type}::${name}`,
    type: type.split("$").at(-1) ?? type,
    ...more,
  });
  const services = PLAN.services.filter(({ name }) => names.includes(name));
  const root = resource("pulumi:pulumi:Stack", `kargo-fleet-${stack}`, {
    outputs: {
      services: Object.fromEntries(names.map((name) => [name, { project: `kargo-${name}` }])),
      provisioned: { ...SECRET, plaintext: JSON.stringify(provisioned({ ...PLAN, services })) },
    },
  });
  const parent = root.urn;
  const id = `id-of-${stack}`;
  const kubernetes = resource("pulumi:providers:kubernetes", "kubernetes", { id, parent });
  const inputs: ValuesFilesInputs = {
    ...(names.length > 0 ? { repository: "acme/gitops", branch: "main" } : { repository: "", branch: "" }),
    url: "https://github.com",
    services: Object.fromEntries(services.map((each) => [each.name, serviceValues(each)])),
  };
  const values = resource("pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles", "values-files", {
    id: "values-files",
    parent,
    inputs: { ...inputs },
    outputs: { digest: digest(inputs) },
  });
  const pipelines = names.flatMap((name): Resource[] => {
    const component = resource("kargo-fleet:index:ServicePipeline", name, { parent });
    const own = { id: name, parent: component.urn, provider: `${kubernetes.urn}::${id}` };
    const child = (type: string, more: Partial<Resource> = {}) =>
      resource(`kargo-fleet:index:ServicePipeline$${type}`, `${name}/${type}`, { ...own, ...more });
    const ns = child("ns");
    const after = { dependencies: [ns.urn], propertyDependencies: { metadata: [ns.urn] } };
    return [component, ns, child("stage", after)];
  });
  const resources = [root, kubernetes, values, ...pipelines];
  return { ...EMPTY, deployment: { ...EMPTY.deployment, resources } };
}

const membersOf = (count: number): Member[] => [
  { stack: "prod", state: stateOf("prod", count === 0 ? NAMES : []) },
  ...Array.from({ length: count }, (_, at) => {
    const stack = shardStack("prod", at + 1);
    return {
      stack,
      state: stateOf(
        stack,
        NAMES.filter((name) => shardOf(name, count) === at + 1),
      ),
    };
  }),
];

/** Moves everything, as `fleet reshard` does; `stop` interrupts it after so many written states. */
function resharded(members: readonly Member[], to: number, stop = Number.POSITIVE_INFINITY): Member[] {
  const all = new Map(members.map((member) => [member.stack, member.state]));
  for (let at = 1; at <= to; at++)
    if (!all.has(shardStack("prod", at))) all.set(shardStack("prod", at), EMPTY);
  const state = (stack: string) => all.get(stack) ?? EMPTY;
  let written = 0;
  const write = (stack: string, next: Exported) => {
    if (written++ < stop) all.set(stack, next);
  };
  const moves = movesOf("prod", to, members);
  for (const { service: name, from, to: stack, copied } of moves)
    if (!copied)
      write(
        stack,
        withServices({ stack, state: state(stack) }, { stack: from, state: state(from) }, new Set([name]), {
          percent: 100,
        }),
      );
  for (const { service: name, from } of moves)
    if (written <= stop)
      write(from, withoutServices({ state: state(from) }, new Set([name]), { percent: 100 }));
  return [...all].map(([stack, each]) => ({ stack, state: each }));
}

const homes = (members: readonly Member[], name: string) =>
  members.filter(({ state }) => servicesIn(resourcesOf(state)).includes(name)).map(({ stack }) => stack);

/** Asserts that each service is in exactly its shard, in states that the engine accepts. */
function assertRight(members: readonly Member[], to: number): void {
  for (const name of NAMES) assert.deepEqual(homes(members, name), [shardStack("prod", shardOf(name, to))]);
  for (const { state } of members) assert.deepEqual(integrityProblems({ resources: resourcesOf(state) }), []);
}

describe("the states of shards, after a reshard", () => {
  const counts = fc.integer({ min: 0, max: 6 });
  const targets = fc.integer({ min: 1, max: 6 });

  it("have each service in exactly its shard, in states that the engine accepts", () => {
    fc.assert(
      fc.property(counts, targets, (from, to) => {
        assertRight(resharded(membersOf(from), to), to);
      }),
    );
  });

  it("have each service in one or two stacks whenever it is interrupted, and in one after the next run", () => {
    fc.assert(
      fc.property(counts, targets, targets, fc.nat(30), (from, between, to, stop) => {
        const broken = resharded(membersOf(from), between, stop);
        for (const name of NAMES) assert.ok([1, 2].includes(homes(broken, name).length), name);
        assertRight(resharded(broken, to), to);
      }),
    );
  });

  it("say of values files, outputs and records what an up would have written", () => {
    fc.assert(
      fc.property(counts, targets, (from, to) => {
        const after = new Map(resharded(membersOf(from), to).map(({ stack, state }) => [stack, state]));
        for (const { stack, state: wanted } of membersOf(to).slice(1)) {
          const is = after.get(stack) ?? EMPTY;
          if (servicesIn(resourcesOf(wanted)).length === 0) continue;
          const said = (state: Exported) => {
            const part = (type: RegExp) => resourcesOf(state).find((each) => type.test(each.type));
            const { inputs, outputs } = part(/ValuesFiles/) ?? {};
            const services = Object.keys(part(/:Stack$/)?.outputs?.services as object).sort();
            return { inputs, outputs, services, record: recordOf(state)?.services };
          };
          assert.deepEqual(said(is), said(wanted));
        }
      }),
    );
  });

  it("move only what must move", () => {
    assert.deepEqual(movesOf("prod", 4, membersOf(4)), []);
    const moves = movesOf("prod", 5, membersOf(4));
    assert.ok(moves.every(({ to }) => to === "prod-04"));
    assert.ok(moves.length < NAMES.length / 2);
  });

  it("keep the key that encrypts each stack's secrets, and its own providers", () => {
    const [one] = membersOf(2).slice(1);
    const other = { stack: "prod-01", state: { ...stateOf("prod-01", []), version: 4 } };
    assert.ok(one);
    const name = servicesIn(resourcesOf(one.state))[0] ?? "";
    const state = withServices(other, one, new Set([name]), { percent: 100 });
    assert.deepEqual(state.deployment?.secrets_providers, { type: "own" });
    const moved = resourcesOf(state).filter(({ type }) => type === "ns");
    assert.deepEqual(
      moved.map(({ provider }) => provider?.split("::").at(-1)),
      ["id-of-prod-01"],
    );
  });
});

describe("the number of shards in a stack file", () => {
  it("is set without a change of the rest", () => {
    const text = "# Ours.\nconfig:\n    a:b: { x: 1 } # kept\n    kargo-fleet:shards: 4 # for memory\n";
    assert.equal(withShardCount("f", text, 7), text.replace("4 #", "7 #"));
    assert.equal(
      withShardCount("f", text.replace(/.*shards.*\n/, ""), 7),
      "# Ours.\nconfig:\n    kargo-fleet:shards: 7\n    a:b: { x: 1 } # kept\n",
    );
  });

  it("is for a person to set if the config is on one line", () => {
    assert.throws(
      () => withShardCount("f", "config: { a: 1 }\n", 7),
      /^FleetError: Write kargo-fleet:shards: 7/,
    );
  });
});
