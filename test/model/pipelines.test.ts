import assert from "node:assert/strict";
import fc from "fast-check";
import { sampled } from "../sampling.ts";
import { catalogueOf, problemsOf, servicePlan, stackText, stage } from "../sources.ts";

const problems = (...stages: string[]) =>
  problemsOf(catalogueOf({}), stackText({ pipelines: `{ standard: [${stages.join()}] }` })).join("\n");
const manual = (name: string, more = "") => `{ stage: ${name}, promotion: manual, sync: manual${more} }`;

describe("a pipeline", () => {
  it("may fan out and in", () => {
    const branches = [stage("eu", ", after: [dev]"), stage("us", ", after: [dev]")];
    assert.equal(problems(stage("dev"), ...branches, stage("end", ", after: [eu, us]")), "");
  });

  it("is refused without stages", () => {
    assert.match(problems(), /pipelines\.standard {2}must have at least one stage/);
  });

  it("has no cycles if it is accepted", () => {
    const names = ["a", "b", "c", "d", "e"];
    const graph = fc.array(fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }), {
      minLength: 5,
      maxLength: 5,
    });
    fc.assert(
      fc.property(graph, (edges) => {
        const stages = names.map((name, index) => stage(name, `, after: [${edges[index]?.join()}]`));
        assert.equal(problems(...stages) === "", isAcyclic(names, edges));
      }),
      { numRuns: sampled(500, 200) },
    );
  });
});

describe("a pipeline's gates", () => {
  it("may put production clusters behind a control-flow stage", () => {
    const gate = "{ stage: gate, controlFlow: true, after: [staging] }";
    const stages = [
      stage("staging"),
      gate,
      manual("prod-eu", ", after: [gate]"),
      manual("prod-us", ", after: [gate]"),
    ];
    assert.equal(problems(...stages), "");
  });

  it("look through control flow to a stage without health", () => {
    const gate = "{ stage: gate, controlFlow: true, after: [dev] }";
    assert.match(problems(manual("dev"), gate, stage("staging", ", after: [gate]")), /behind "dev"/);
  });

  it("accept verification as health", () => {
    const verified = manual("dev", ", verification: { templates: [smoke] }");
    assert.equal(problems(verified, stage("staging", ", after: [dev]")), "");
  });

  it("refuse a control-flow stage that deploys", () => {
    assert.match(
      problems("{ stage: gate, controlFlow: true, sync: auto }"),
      /standard\[0\]\.sync {2}"sync" is not a valid key here \(there are: stage, after, soak, state, controlFlow/,
    );
  });

  it("refuse MatchUpstream with more than one upstream stage", () => {
    assert.match(
      problems(stage("a"), stage("b"), stage("c", ", after: [a, b], selectionPolicy: MatchUpstream")),
      /standard\[2\]\.selectionPolicy {2}MatchUpstream needs exactly one stage in after, but there are 2/,
    );
  });

  it("refuse a soak that Go prints in ms, or that is longer than a year", () => {
    for (const soak of ["0s", "0.5s", "8761h"]) {
      const found = problems(stage("dev"), manual("prod", `, after: [dev], soak: ${soak}`));
      assert.match(found, /standard\[1\]\.soak {2}must be 1s to 8760h/);
    }
  });

  it("name the stages that a cycle makes unreachable", () => {
    assert.match(
      problems(stage("a", ", after: [b]"), stage("b", ", after: [a]"), stage("c", ", after: [b]")),
      /standard\[2\]\.after {2}"c" can never be reached, because it waits for a → b → a/,
    );
  });
});

describe("a retired stage", () => {
  const RETIRED = stage("qa", ", after: [dev], state: retired");

  it("stays in the pipeline without auto-promotion", () => {
    const { stages } = servicePlan({}, { pipelines: `{ standard: [${stage("dev")}, ${RETIRED}] }` });
    assert.deepEqual(
      stages.map(({ name, state, deployment }) => [name, state, deployment?.autoPromotion]),
      [
        ["dev", "active", true],
        ["qa", "retired", false],
      ],
    );
  });

  it("has no downstream stages, which would never get Freight", () => {
    assert.match(
      problems(stage("dev"), RETIRED, stage("eu", ", after: [qa]")),
      /pipelines\.standard\[2\]\.after\[0\] {2}"eu" comes after "qa", which is retired, so it would get no more Freight\. Set its after to that of qa: dev\./,
    );
  });

  it("may have downstream stages that are retired too", () => {
    const later = stage("eu", ", after: [qa], state: retired");
    assert.equal(problems(stage("dev"), RETIRED, later), "");
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

/** Kahn's algorithm, which differs from the algorithm of the check. */
function isAcyclic(names: readonly string[], edges: readonly (readonly string[])[]): boolean {
  let open = names.map((name, index) => ({ name, after: edges[index] ?? [] }));
  for (let size = -1; size !== open.length; ) {
    size = open.length;
    const waiting = new Set(open.map(({ name }) => name));
    open = open.filter(({ after }) => after.some((upstream) => waiting.has(upstream)));
  }
  return open.length === 0;
}
