import assert from "node:assert/strict";
import { join } from "node:path";
import { driftedIn } from "../../drift/drifted.ts";
import { driftNote } from "../../drift/note.ts";
import { eachFolder } from "../folder.ts";

const END = { summaryEvent: { resourceChanges: {} } };
const stage = "kubernetes:kargo.akuity.io/v1alpha1:Stage";
const found = (name: string, op: string, more: object = {}) => ({
  resOutputsEvent: {
    metadata: { op, urn: `urn:pulumi:prod::kargo-fleet::${stage}::${name}`, type: stage, ...more },
  },
});

describe("fleet drift", () => {
  const folder = eachFolder();

  async function drifted(...events: readonly object[]) {
    await folder.write("events", events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    return driftedIn(join(folder.path, "events"));
  }

  it("reports changed and deleted resources, and paths without values", async () => {
    const secret = { old: { inputs: { spec: "planted" } }, new: { inputs: { spec: "planted" } } };
    const all = await drifted(
      found("nginx/dev", "same"),
      found("nginx/prod", "update", { ...secret, detailedDiff: { "spec.b": {}, "spec.a": {} } }),
      found("nginx/hook", "delete", { diffs: null }),
      END,
    );
    assert.deepEqual(all, [
      { name: "nginx/prod", type: stage, is: "changed", paths: ["spec.a", "spec.b"] },
      { name: "nginx/hook", type: stage, is: "gone", paths: [] },
    ]);
    assert.doesNotMatch(driftNote("prod", all), /planted/);
  });

  it("ignores the stack's own outputs, which differ after every up", async () => {
    const type = "pulumi:pulumi:StackReference";
    assert.deepEqual(await drifted(found("self", "update", { type }), END), []);
  });

  it("fails if the refresh was incomplete", async () => {
    await assert.rejects(drifted(found("nginx/dev", "same")), /is truncated/);
    assert.throws(() => driftedIn(join(folder.path, "none")), /cannot be read/);
  });

  it("writes an issue that GitHub accepts, whatever the number and names of resources", async () => {
    const name = "a/```\n<!-- kargo-fleet drift other -->";
    const paths = Array.from({ length: 50 }, (_, index) => `spec.${index}`);
    const note = driftNote(
      "prod",
      Array.from({ length: 5000 }, () => ({ name, type: stage, is: "changed", paths })),
    );
    assert.ok(note.length < 60_000, `${note.length}`);
    assert.match(note, /5000 resources are[\s\S]*and 4800 more\n````+\n/);
    assert.doesNotMatch(note, /^<!--/m);
  });
});
