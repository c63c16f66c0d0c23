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

describe("the description of a changed service", () => {
  const plain = servicePlan();
  const words = (more: object, keys = {}) => planWords(plain, servicePlan(more, keys));

  it("shows changes of its image and source", () => {
    assert.deepEqual(words({ image: "registry.example/edge/nginx" }), [
      "image moves from `registry.example/nginx` to `registry.example/edge/nginx`",
    ]);
  });

  it("shows another image beside the first, one that goes, and one that moves", () => {
    const shop = (images: object) => servicePlan({ images, build: false });
    const [web, worker] = ["registry.example/shop/web", "registry.example/shop/worker"];
    const words = (before: object, after: object) => planWords(shop(before), shop(after));
    assert.deepEqual(words({ web }, { web, worker }), [`promotes a further image worker: \`${worker}\``]);
    assert.deepEqual(words({ web, worker }, { web }), [
      "no longer promotes image worker; its tag stays in the values files",
    ]);
    assert.deepEqual(words({ web }, { web: worker }), [`image web moves from \`${web}\` to \`${worker}\``]);
    const one = servicePlan({ image: web, build: false });
    assert.deepEqual(planWords(one, shop({ web, worker })), [
      "has the images web and worker instead of one image",
    ]);
  });

  it("shows which of Kargo's controllers handles it", () => {
    const sharded = servicePlan({}, { kargo: "{ shards: [eu-a] }" });
    assert.deepEqual(planWords(plain, sharded), ["Kargo's controller is now eu-a"]);
    assert.deepEqual(planWords(sharded, plain), ["Kargo's controller is no longer eu-a"]);
  });

  it("shows the branch that is built", () => {
    assert.deepEqual(words({ build: { branch: "release/1.x" } }), ["builds from branch `release/1.x`"]);
  });

  it("shows a changed soak in hours", () => {
    const [before, after] = [servicePlan({}, standard({})), servicePlan({}, standard({}, { soak: "2h" }))];
    assert.deepEqual(planWords(before, after), ["staging now soaks 2 h"]);
    assert.deepEqual(planWords(after, before), ["staging no longer soaks"]);
  });

  it("says once that a Stage now needs manual promotion", () => {
    const [before, after] = [
      servicePlan({}, standard({})),
      servicePlan({}, standard({ promotion: "manual" })),
    ];
    assert.deepEqual(planWords(before, after), ["prod now has manual promotion"]);
  });

  it("shows another promotion task once for all its Stages", () => {
    const keys = { rollout: "{ promotionTask: { stable: v2 } }" };
    assert.deepEqual(words({}, keys), ["moves from promotion task v1 to v2"]);
  });

  it("says that it is decommissioned, and not also that its hook is off", () => {
    const [first, ...more] = words({ state: "decommissioned" });
    assert.match(first ?? "", /^is decommissioned: its hook is off/);
    assert.deepEqual(more, []);
  });

  it("shows how tags are selected", () => {
    const semver = { tags: { strategy: "semver", constraint: "^1 || ^2" }, build: false };
    const before = servicePlan({ build: false });
    assert.match(
      planWords(before, servicePlan(semver)).join(),
      /tags are selected by semver `\^1 \|\| \^2` instead of lexical/,
    );
  });

  it("counts fields without a description", () => {
    const unknown = { ...plain, commands: { promote: ["x"], sync: [] } };
    assert.deepEqual(planWords(plain, unknown), ["2 other fields"]);
  });

  it("is never empty for a plan that differs", () => {
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

  it("shows Go's durations in plain form", () => {
    assert.deepEqual(["2h0m0s", "1h30m0s", "45s", "0s"].map(time), ["2 h", "1 h 30 min", "45 s", "0 s"]);
  });
});
