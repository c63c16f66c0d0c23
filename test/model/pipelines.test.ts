import assert from "node:assert/strict";
import { catalogueOf, problemsOf, servicePlan, stackText } from "../sources.ts";

const problems = (...stages: string[]) =>
  problemsOf(catalogueOf({}), stackText({ pipelines: `{ standard: [${stages.join()}] }` })).join("\n");
const auto = (name: string, more = "") => `{ stage: ${name}, promotion: auto, sync: auto${more} }`;
const manual = (name: string, more = "") => `{ stage: ${name}, promotion: manual, sync: manual${more} }`;

describe("a pipeline's gates", () => {
  it("may put production clusters behind a control-flow stage", () => {
    const gate = "{ stage: gate, controlFlow: true, after: [staging] }";
    const stages = [
      auto("staging"),
      gate,
      manual("prod-eu", ", after: [gate]"),
      manual("prod-us", ", after: [gate]"),
    ];
    assert.equal(problems(...stages), "");
  });

  it("look through control flow to a stage without health", () => {
    const gate = "{ stage: gate, controlFlow: true, after: [dev] }";
    assert.match(problems(manual("dev"), gate, auto("staging", ", after: [gate]")), /behind "dev"/);
  });

  it("accept verification as health", () => {
    const verified = manual("dev", ", verification: { templates: [smoke] }");
    assert.equal(problems(verified, auto("staging", ", after: [dev]")), "");
  });

  it("refuse a control-flow stage that deploys", () => {
    assert.match(
      problems("{ stage: gate, controlFlow: true, sync: auto }"),
      /standard\[0\]\.sync {2}"sync" is not a valid key here \(there are: stage, after, soak, state, controlFlow/,
    );
  });

  it("refuse MatchUpstream without exactly one upstream stage", () => {
    const match = ", selectionPolicy: MatchUpstream";
    assert.match(
      problems(auto("dev", match)),
      /standard\[0\]\.selectionPolicy {2}MatchUpstream needs exactly one stage in after, but there are 0/,
    );
    assert.match(
      problems(auto("a"), auto("b"), auto("c", `, after: [a, b]${match}`)),
      /standard\[2\]\.selectionPolicy {2}MatchUpstream needs exactly one stage in after, but there are 2/,
    );
  });

  it("refuse a soak that Go prints in ms, or that is longer than a year", () => {
    for (const soak of ["0s", "0.5s", "8761h"]) {
      const pipelines = `{ standard: [{ stage: dev, promotion: auto, sync: auto }, { stage: prod, promotion: manual, sync: auto, after: [dev], soak: ${soak} }] }`;
      const found = problemsOf(catalogueOf({}), stackText({ pipelines })).join();
      assert.match(found, /standard\[1\]\.soak {2}must be 1s to 8760h/);
    }
  });

  it("name the stages that a cycle makes unreachable", () => {
    assert.match(
      problems(auto("a", ", after: [b]"), auto("b", ", after: [a]"), auto("c", ", after: [b]")),
      /standard\[2\]\.after {2}"c" can never be reached, because it waits for a → b → a/,
    );
  });
});

describe("the next version of the promotion task", () => {
  it("is used by nobody by default", () => {
    assert.equal(servicePlan().stages[0]?.deployment?.promotionTask, "kargo-fleet-promote-v1");
  });

  it("is used by all at 100 percent", () => {
    const rollout = "{ promotionTask: { stable: v1, canary: v2, canaryPercent: 100 } }";
    assert.equal(servicePlan({}, { rollout }).stages[0]?.deployment?.promotionTask, "kargo-fleet-promote-v2");
  });
});

describe("a Warehouse's options", () => {
  const warehouse = (more: object, keys = {}) => servicePlan(more, keys).warehouse;

  it("are the stack's unless the service overrides them", () => {
    const keys = { warehouse: "{ interval: 1h, discoveryLimit: 7, cacheByTag: false }" };
    const { interval, discoveryLimit, cacheByTag } = warehouse({}, keys);
    assert.deepEqual([interval, discoveryLimit, cacheByTag], ["1h0m0s", 7, false]);
    const own = warehouse({ warehouse: { interval: "2h", discoveryLimit: 3, cacheByTag: true } }, keys);
    assert.deepEqual([own.interval, own.discoveryLimit, own.cacheByTag], ["2h0m0s", 3, true]);
  });

  for (const constraint of ["^1.2.0", "~1.2", ">=1.0.0, <2.0.0", "1.x || >=2.5.0", "*", "1.2 - 1.4.5"]) {
    it(`accept the semver constraint ${constraint}`, () => {
      const { tags } = warehouse({ build: false, tags: { strategy: "semver", constraint } });
      assert.deepEqual(tags, { strategy: "semver", constraint });
    });
  }

  for (const [more, rule] of [
    [{ tags: { strategy: "semver", constraint: "latest" } }, /is not a semver constraint/],
    ...["^^1", "==1", "1.0.0-.a", "1.2.3-a..b", "1.2.3+", "99999999999999999999", "2 1 - 1"].map(
      (constraint) => [{ tags: { strategy: "semver", constraint } }, /is not a semver constraint/] as const,
    ),
    [{ tags: { strategy: "lexical", pattern: "^(?!x).*$" } }, /is not a regular expression of RE2/],
    [{ tags: { strategy: "lexical", pattern: "^(.)\\1$" } }, /is not a regular expression of RE2/],
    [{ tags: { strategy: "lexical", pattern: "^[$" } }, /is not a regular expression of RE2/],
    ...["^[0-9a-f]{7}$", "^[0-9a-f]+$", "^.*$", "^[0-9a-f]{40}$"].map(
      (pattern) => [{ tags: { strategy: "lexical", pattern } }, /do not sort by time/] as const,
    ),
    [{ tags: { strategy: "newest", pattern: "^x$" } }, /tags\.strategy/],
    [{ tags: { strategy: "digest", tag: "a b" } }, /is not an image tag/],
    [
      { tags: { strategy: "digest", tag: "stable" }, warehouse: { cacheByTag: true } },
      /cannot be cached by name/,
    ],
    [{ warehouse: { platform: "linux" } }, /is not a platform/],
    [{ warehouse: { interval: "1m" } }, /5m or more/],
    ...["../x", "/x", "x/", "a;b", "a/*", "a".repeat(501)].map(
      (path) => [{ chart: { path } }, /services\.nginx\.chart\.path {2}must/] as const,
    ),
    [{ warehouse: { interval: "3000000h" } }, /5m to 8760h/],
    [{ warehouse: { discoveryLimit: 101 } }, /discoveryLimit/],
  ] as const) {
    it(`refuse ${JSON.stringify(more)}`, () => {
      assert.match(problemsOf(catalogueOf({ nginx: more })).join(), rule);
    });
  }
});
