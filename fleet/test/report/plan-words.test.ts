import assert from "node:assert/strict";
import fc from "fast-check";
import { rawSources, toSources } from "../../../test/generated-catalogues.ts";
import { planOf, servicePlan } from "../../../test/sources.ts";
import { planWords, time } from "../../report/plan-words.ts";

const standard = (prod: object, staging: object = {}) => ({
  pipelines: JSON.stringify({
    standard: [
      { stage: "dev", promotion: "auto", sync: "auto" },
      { stage: "staging", promotion: "auto", sync: "auto", after: ["dev"], ...staging },
      { stage: "prod", promotion: "auto", sync: "auto", after: ["staging"], ...prod },
    ],
  }),
});

describe("what a service changes, in a reader's words", () => {
  const plain = servicePlan();
  const words = (more: object, keys = {}) => planWords(plain, servicePlan(more, keys));

  it("says where its image and source move", () => {
    assert.deepEqual(words({ image: "registry.example/edge/nginx" }), [
      "image moves from `registry.example/nginx` to `registry.example/edge/nginx`",
    ]);
  });

  it("says the branch that is built", () => {
    assert.deepEqual(words({ build: { branch: "release/1.x" } }), ["builds from branch `release/1.x`"]);
  });

  it("says another soak in hours", () => {
    const [before, after] = [servicePlan({}, standard({})), servicePlan({}, standard({}, { soak: "2h" }))];
    assert.deepEqual(planWords(before, after), ["staging now soaks 2 h"]);
    assert.deepEqual(planWords(after, before), ["staging now soaks no more"]);
  });

  it("says that a Stage now waits for a person, once", () => {
    const [before, after] = [
      servicePlan({}, standard({})),
      servicePlan({}, standard({ promotion: "manual" })),
    ];
    assert.deepEqual(planWords(before, after), ["prod now waits for a person"]);
  });

  it("says another promotion task, once for all its Stages", () => {
    const keys = { rollout: "{ promotionTask: { stable: v2 } }" };
    assert.deepEqual(words({}, keys), ["moves from promotion task v1 to v2"]);
  });

  it("says that it is decommissioned, and not again that its hook is off", () => {
    const [first, ...more] = words({ state: "decommissioned" });
    assert.match(first ?? "", /^is decommissioned: its hook is off/);
    assert.deepEqual(more, []);
  });

  it("says how tags are picked", () => {
    const semver = { tags: { strategy: "semver", constraint: "^1 || ^2" }, build: false };
    const before = servicePlan({ build: false });
    assert.match(
      planWords(before, servicePlan(semver)).join(),
      /tags are picked by semver `\^1 \|\| \^2` instead of lexical/,
    );
  });

  it("counts the fields that there are no words for", () => {
    const unknown = { ...plain, commands: { promote: ["x"], sync: [] } };
    assert.deepEqual(planWords(plain, unknown), ["2 other fields"]);
  });

  it("never says nothing of a plan that differs", () => {
    fc.assert(
      fc.property(rawSources({ services: 2 }), (raw) => {
        const { catalogue, stack } = toSources(raw);
        try {
          const [one, other] = planOf(catalogue, stack).services;
          if (one && other) assert.ok(planWords(one, other).length > 0);
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
          fc.pre(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("reads Go's durations as a person does", () => {
    assert.deepEqual(["2h0m0s", "1h30m0s", "45s", "0s"].map(time), ["2 h", "1 h 30 min", "45 s", "0 s"]);
  });
});
