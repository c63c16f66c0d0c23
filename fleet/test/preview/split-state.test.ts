import assert from "node:assert/strict";
import fc from "fast-check";
import { splitState } from "../../preview/split-state.ts";

async function split(text: string, size: number) {
  const bytes = Buffer.from(text);
  const resources: string[] = [];
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const frame = await splitState(chunks(), (json, start) => {
    resources.push(json.toString("utf8"));
    assert.deepEqual(json, bytes.subarray(start, start + json.length), "it begins where it says");
  });
  return { resources, frame };
}

/** Any JSON with texts that could confuse a parser of brackets. */
const hostile = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('"', "\\", '\\"', '"resources":[', "]}", "{[", "ü🚀", '"latest":{"resources":[]'),
);
const resources = fc.array(fc.record({ urn: fc.string(), inputs: hostile, resources: fc.array(hostile) }), {
  maxLength: 8,
});

describe("the resources of a state", () => {
  it("are returned one by one; the rest is the state without them, for any content and chunk size", async () => {
    await fc.assert(
      fc.asyncProperty(
        resources,
        hostile,
        hostile,
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        async (all, before, after, size, pretty) => {
          const state = { version: 3, deployment: { manifest: { before }, resources: all, metadata: after } };
          const found = await split(JSON.stringify(state, null, pretty ? 4 : undefined), size);
          assert.deepEqual(
            found.resources.map((json) => JSON.parse(json)),
            JSON.parse(JSON.stringify(all)),
          );
          const frame = { ...state, deployment: { ...state.deployment, resources: [] } };
          assert.deepEqual(JSON.parse(found.frame ?? ""), JSON.parse(JSON.stringify(frame)));
        },
      ),
    );
  });

  it("are those of the deployment, and no deeper list of that name", async () => {
    const state = {
      deployment: {
        secrets_providers: { state: { deep: { resources: [{ no: 1 }] } } },
        resources: [{ yes: 1 }],
      },
    };
    assert.deepEqual((await split(JSON.stringify(state), 9)).resources, ['{"yes":1}']);
  });

  for (const [what, text] of [
    ["has no list of them", '{"version":3,"deployment":{}}'],
    ["ends in the middle of one", '{"deployment":{"resources":[{"urn":"a'],
    ["ends after one", '{"deployment":{"resources":[{"urn":"a"}'],
    ["is empty", ""],
  ] as const) {
    it(`are none if the text ${what}`, async () => {
      assert.equal((await split(text, 5)).frame, undefined);
    });
  }
});
