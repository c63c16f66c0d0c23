import assert from "node:assert/strict";
import { type CpuProfile, timeOfParts } from "../../bench/profile/cpu-profile.ts";
import { textOf } from "../../bench/profile/profile.ts";

/** A profile of a millisecond per frame. */
function profile(...frames: readonly (readonly [functionName: string, url: string])[]): CpuProfile {
  return {
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(() => 1_000),
  };
}

describe("the profile of a program", () => {
  it("is divided by whose code runs, and waiting does not count", () => {
    const parts = timeOfParts(
      profile(
        ["(idle)", ""],
        ["(garbage collector)", ""],
        ["(program)", ""],
        ["mb", "/x/node_modules/google-protobuf/google-protobuf.js"],
        ["f", "/x/node_modules/@pulumi/pulumi/proto/resource_pb.js"],
        ["output", "/x/node_modules/@pulumi/pulumi/output.js"],
        ["map", "/x/node_modules/source-map/lib/source-map-consumer.js"],
        ["parse", "file:///x/node_modules/zod/index.js"],
        ["wrapSafe", "node:internal/modules/cjs/loader"],
        ["emit", "node:events"],
        ["register", "file:///x/components/register-rows.ts"],
      ),
    );
    assert.deepEqual(Object.fromEntries(parts), {
      "garbage collection": 1,
      Node: 2,
      "gRPC and protobuf": 2,
      "Pulumi's SDK": 1,
      "formatting stack traces": 1,
      "other packages": 1,
      "loading modules": 1,
      "this program": 1,
    });
  });

  it("is a table with a sum for each run", () => {
    const text = textOf([
      { name: "before", parts: new Map([["Node", 1_000]]) },
      {
        name: "now",
        parts: new Map([
          ["Node", 500],
          ["this program", 250],
        ]),
      },
    ]);
    assert.match(text, /\| Node \| 1\.00 s \| 0\.50 s \|/);
    assert.match(text, /\| sum \| 1\.00 s \| 0\.75 s \|/);
  });
});
