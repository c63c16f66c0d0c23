import assert from "node:assert/strict";
import fc from "fast-check";
import { type StoredState, trimState } from "../../preview/trimmed-state.ts";
import { integrityProblems, parseState } from "../../recovery/state.ts";

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

/** A stream of the text in small chunks. */
function inPieces(text: string, size = 7): StoredState {
  const bytes = Buffer.from(text);
  return {
    async *read() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
    slice: async (start, end) => bytes.subarray(start, end),
  };
}

interface Checkpoint {
  readonly checkpoint: {
    readonly latest: { readonly resources: Resource[]; readonly pending_operations?: object[] };
  };
}

async function checkpointOf(text: string, ...targets: readonly string[]): Promise<Checkpoint> {
  const state = await trimState(inPieces(text), NAME, targets);
  assert.ok(state);
  return JSON.parse(state.checkpoint) as Checkpoint;
}

async function trimmed(text: string, ...targets: readonly string[]) {
  const { checkpoint } = await checkpointOf(text, ...targets);
  const { resources } = checkpoint.latest;
  const left = (await trimState(inPieces(text), NAME, targets))?.left ?? Number.NaN;
  return { urns: resources.map(({ urn }) => urn), left, text: exportOf(resources) };
}

const plain = (urn: string, more: Partial<Resource> = {}): Resource => ({ urn, type: "t", ...more });

/** A state in which each resource may refer to any earlier ones. */
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
  it("contains the promotion tasks and their parent, on which a new service's Stages depend", async () => {
    const task = "kubernetes:kargo.akuity.io/v1alpha1:ClusterPromotionTask";
    const resources = [
      { ...plain("stack"), type: "pulumi:pulumi:Stack" },
      plain("platform", { parent: "stack" }),
      { ...plain("task", { parent: "platform" }), type: task },
      plain("other", { parent: "stack", dependencies: ["task"] }),
    ];
    const { urns } = await trimmed(exportOf(resources), "a service that is not there yet");
    assert.deepEqual(urns, ["stack", "platform", "task"]);
  });

  it("contains the targets, their dependencies and dependents, and every provider, in the original order", async () => {
    const resources = [
      { ...plain("stack"), type: "pulumi:pulumi:Stack" },
      plain("provider", { id: "1" }),
      plain("other provider", { id: "2" }),
      { ...plain("provider of nothing here", { id: "3" }), type: "pulumi:providers:pulumi" },
      plain("needed"),
      plain("other", { parent: "stack" }),
      plain("target", { parent: "stack", provider: "provider::1", dependencies: ["needed"] }),
      plain("child", { parent: "target", provider: "other provider::2" }),
    ];
    assert.deepEqual((await trimmed(exportOf(resources), "target")).urns, [
      "stack",
      "provider",
      "other provider",
      "provider of nothing here",
      "needed",
      "target",
      "child",
    ]);
  });

  it("always contains the stack, with only the output that the program reads", async () => {
    const outputs = { provisioned: { a: 1 }, services: { nginx: {} } };
    const stack = { ...plain("stack"), type: "pulumi:pulumi:Stack", outputs };
    const text = exportOf([stack, plain("other")]);
    const { urns, left } = await trimmed(text, "new");
    assert.deepEqual([urns, left], [["stack"], 1]);
    const { checkpoint } = await checkpointOf(text, "new");
    assert.deepEqual(checkpoint.latest.resources, [{ ...stack, outputs: { provisioned: { a: 1 } } }]);
  });

  it("is consistent and contains every existing target, whatever the state", async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.array(fc.nat(40), { maxLength: 3 }), async (resources, picked) => {
        const targets = picked.map((at) => `r${at}`);
        const part = await trimmed(exportOf(resources), ...targets);
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

  it("contains every dependent of its targets, whatever the state", async () => {
    await fc.assert(
      fc.asyncProperty(states, fc.nat(29), async (resources, at) => {
        const found = new Set([`r${at}`]);
        for (const { urn, parent, dependencies = [] } of resources)
          if ([parent, ...dependencies].some((its) => its !== undefined && found.has(its))) found.add(urn);
        const { urns } = await trimmed(exportOf(resources), `r${at}`);
        assert.deepEqual(
          resources.filter(({ urn }) => found.has(urn) && !urns.includes(urn)),
          [],
        );
      }),
    );
  });

  it("keeps pending operations on the targets, and no others", async () => {
    const pending = ["target", "other"].map((urn) => ({ resource: { urn }, type: "creating" }));
    const text = exportOf([plain("other")], { pending_operations: pending });
    const { checkpoint } = await checkpointOf(text, "target");
    assert.deepEqual(checkpoint.latest.pending_operations, [pending[0]]);
  });

  it("keeps secrets encrypted, and keeps unknown fields", async () => {
    const secrets = { type: "passphrase", state: { salt: "v1:salt" } };
    const hostile = '$& $1 $\' "latest":{"resources":[]';
    const target = { ...plain("target"), inputs: { password: { ciphertext: "v1:x" } }, later: hostile };
    const text = JSON.stringify({
      version: 4,
      features: ["a"],
      deployment: { resources: [target], secrets_providers: secrets, metadata: {} },
    });
    assert.deepEqual(await checkpointOf(text, "target"), {
      version: 4,
      features: ["a"],
      checkpoint: {
        stack: NAME,
        latest: { resources: [target], secrets_providers: secrets, metadata: {} },
      },
    });
  });

  it("is the same from a backend's file as from an export", async () => {
    const latest = { resources: [plain("target"), plain("other")], metadata: {} };
    const stored = JSON.stringify({ version: 3, checkpoint: { stack: "any", latest } });
    const exported = JSON.stringify({ version: 3, deployment: latest }, null, 4);
    assert.deepEqual(await checkpointOf(stored, "target"), await checkpointOf(exported, "target"));
  });

  it("keeps every digit of numbers", async () => {
    const text = exportOf([plain("target")]).replace(
      '"type":"t"',
      '"type":"t","outputs":{"id":12345678901234567890}',
    );
    const state = await trimState(inPieces(text), NAME, ["target"]);
    assert.match(state?.checkpoint ?? "", /:12345678901234567890}/);
  });

  for (const [what, text] of [
    ["no export", "error: no stack"],
    ["cut off", exportOf([plain("a")]).slice(0, -3)],
    ["of a stack that no up has made", JSON.stringify({ version: 3, deployment: {} })],
    ["encrypted by Pulumi's service", exportOf([plain("a")], { secrets_providers: { type: "service" } })],
  ] as const) {
    it(`is none if the text is ${what}`, async () => {
      assert.equal(await trimState(inPieces(text), NAME, ["a"]), undefined);
    });
  }
});
