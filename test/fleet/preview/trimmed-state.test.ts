import assert from "node:assert/strict";
import fc from "fast-check";
import { type TrimmedState, trimState } from "../../../fleet/preview/trimmed-state.ts";
import { integrityProblems, parseState } from "../../../fleet/recovery/state.ts";

const NAME = "organization/kargo-fleet/test";

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly deletedWith?: string;
}

const exportOf = (resources: readonly object[], more: object = {}) =>
  JSON.stringify({ version: 3, deployment: { resources, ...more } });

function trimmed(
  text: string,
  ...targets: readonly string[]
): { urns: string[]; left: number; text: string } {
  const state = trimState(text, NAME, targets);
  const { checkpoint } = checkpointOf(state);
  return {
    urns: checkpoint.latest.resources.map(({ urn }) => urn),
    left: state?.left ?? Number.NaN,
    text: exportOf(checkpoint.latest.resources),
  };
}

function checkpointOf(state: TrimmedState | undefined) {
  assert.ok(state);
  return state.checkpoint as {
    checkpoint: { latest: { resources: Resource[]; pending_operations?: object[] } };
  };
}

const plain = (urn: string, more: Partial<Resource> = {}): Resource => ({ urn, type: "t", ...more });

/** A state in which each resource may name any that stand before it. */
const states = fc
  .array(
    fc.record({
      provider: fc.boolean(),
      parent: fc.option(fc.nat(), { nil: undefined }),
      by: fc.option(fc.nat(), { nil: undefined }),
      with: fc.option(fc.nat(), { nil: undefined }),
      on: fc.array(fc.nat(), { maxLength: 2 }),
      through: fc.array(fc.nat(), { maxLength: 2 }),
    }),
    { maxLength: 30 },
  )
  .map((shapes) => {
    const resources: Resource[] = [];
    for (const [index, shape] of shapes.entries()) {
      const before = (at: number) => resources[at % Math.max(1, resources.length)]?.urn;
      const some = (ats: readonly number[]) => ats.flatMap((at) => before(at) ?? []);
      const providers = resources.filter(({ id }) => id !== undefined);
      const by = shape.by === undefined ? undefined : providers[shape.by % Math.max(1, providers.length)];
      const parent = shape.parent === undefined ? undefined : before(shape.parent);
      const deletedWith = shape.with === undefined ? undefined : before(shape.with);
      resources.push({
        urn: `r${index}`,
        type: "t",
        dependencies: some(shape.on),
        propertyDependencies: { spec: some(shape.through) },
        ...(shape.provider && { id: `${index}` }),
        ...(parent !== undefined && { parent }),
        ...(by !== undefined && { provider: `${by.urn}::${by.id}` }),
        ...(deletedWith !== undefined && { deletedWith }),
      });
    }
    return resources;
  });

describe("a part of a stack's state", () => {
  it("has the targets, what they need and what depends on them, in the order in which they stood", () => {
    const resources = [
      { ...plain("stack"), type: "pulumi:pulumi:Stack" },
      plain("provider", { id: "1" }),
      plain("other provider", { id: "2" }),
      plain("needed"),
      plain("other", { parent: "stack" }),
      plain("target", { parent: "stack", provider: "provider::1", dependencies: ["needed"] }),
      plain("child", { parent: "target", provider: "other provider::2" }),
    ];
    assert.deepEqual(trimmed(exportOf(resources), "target").urns, [
      "stack",
      "provider",
      "other provider",
      "needed",
      "target",
      "child",
    ]);
  });

  it("has the stack, whose outputs the program reads, where it has nothing else", () => {
    const stack = { ...plain("stack"), type: "pulumi:pulumi:Stack", outputs: { provisioned: { a: 1 } } };
    const { urns, left } = trimmed(exportOf([stack, plain("other")]), "new");
    assert.deepEqual([urns, left], [["stack"], 1]);
  });

  it("has integrity, and every target that there is, whatever the state", () => {
    fc.assert(
      fc.property(states, fc.array(fc.nat(40), { maxLength: 3 }), (resources, picked) => {
        const targets = picked.map((at) => `r${at}`);
        const part = trimmed(exportOf(resources), ...targets);
        assert.deepEqual(integrityProblems(parseState(part.text)), []);
        const there = resources.map(({ urn }) => urn);
        assert.deepEqual(
          targets.filter((urn) => there.includes(urn) && !part.urns.includes(urn)),
          [],
        );
        assert.equal(part.urns.length + part.left, resources.length);
      }),
    );
  });

  it("leaves out nothing that depends on what it has of the targets, whatever the state", () => {
    fc.assert(
      fc.property(states, fc.nat(29), (resources, at) => {
        const found = new Set([`r${at}`]);
        for (const { urn, parent, dependencies = [] } of resources)
          if ([parent, ...dependencies].some((its) => its !== undefined && found.has(its))) found.add(urn);
        const { urns } = trimmed(exportOf(resources), `r${at}`);
        assert.deepEqual(
          resources.filter(({ urn }) => found.has(urn) && !urns.includes(urn)),
          [],
        );
      }),
    );
  });

  it("keeps the operations that were begun on the targets, and no other", () => {
    const pending = ["target", "other"].map((urn) => ({ resource: { urn }, type: "creating" }));
    const text = exportOf([plain("other")], { pending_operations: pending });
    const { checkpoint } = checkpointOf(trimState(text, NAME, ["target"]));
    assert.deepEqual(checkpoint.latest.pending_operations, [pending[0]]);
  });

  it("keeps secrets as they were encrypted, and all that it does not know", () => {
    const secrets = { type: "passphrase", state: { salt: "v1:salt" } };
    const target = { ...plain("target"), inputs: { password: { ciphertext: "v1:x" } }, later: true };
    const text = JSON.stringify({
      version: 4,
      features: ["a"],
      deployment: { resources: [target], secrets_providers: secrets, metadata: {} },
    });
    assert.deepEqual(trimState(text, NAME, ["target"])?.checkpoint, {
      version: 4,
      features: ["a"],
      checkpoint: {
        stack: NAME,
        latest: { resources: [target], secrets_providers: secrets, metadata: {} },
      },
    });
  });

  for (const [what, text] of [
    ["no export", "error: no stack"],
    ["of a stack that no up has made", JSON.stringify({ version: 3, deployment: {} })],
    ["encrypted by Pulumi's service", exportOf([plain("a")], { secrets_providers: { type: "service" } })],
  ] as const) {
    it(`is none where the text is ${what}`, () => {
      assert.equal(trimState(text, NAME, ["a"]), undefined);
    });
  }
});
