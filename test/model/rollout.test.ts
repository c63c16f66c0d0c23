import assert from "node:assert/strict";
import { movements, movementText } from "../../model/rollout-changes.ts";
import { catalogueOf, planOf, problemsOf, stackText, stage } from "../sources.ts";

const NAMES = Array.from({ length: 120 }, (_, index) => `service-${index}`);
const CATALOGUE = catalogueOf(NAMES);
const NEXT = stage("dev");
const PIPELINES = `{ standard: [${NEXT}], next: [${NEXT}, { stage: prod, promotion: manual, sync: manual, after: [dev] }] }`;
const plan = (rollout: string) => planOf(CATALOGUE, stackText({ rollout, pipelines: PIPELINES }));
const problems = (rollout: string) => problemsOf(CATALOGUE, stackText({ rollout, pipelines: PIPELINES }));
const texts = (before: string, after: string) => movements(plan(before), plan(after)).map(movementText);

describe("the rollout of a promotion task", () => {
  it("gives the canary to a share of services, and to the named ones", () => {
    const { services } = plan("{ promotionTask: { canary: v2, canaryServices: [service-7] } }");
    assert.deepEqual(
      services.filter(({ promotionTask }) => promotionTask === "v2").map(({ name }) => name),
      ["service-7"],
    );
    const task = services[7]?.stages[0]?.deployment?.promotionTask;
    assert.equal(task, "kargo-fleet-promote-v2");
  });

  it("only adds services when the share is raised", () => {
    const on = (percent: number) =>
      plan(`{ promotionTask: { canary: v2, canaryPercent: ${percent} } }`)
        .services.filter(({ promotionTask }) => promotionTask === "v2")
        .map(({ name }) => name);
    assert.deepEqual(
      on(10).filter((name) => !on(30).includes(name)),
      [],
    );
    assert.equal(on(100).length, 120);
  });

  it("is reported with the number of services that move", () => {
    assert.deepEqual(texts("{}", "{ promotionTask: { canary: v2, canaryServices: [service-1] } }"), [
      "1 of 120 services moves from promotion task v1 to v2.",
    ]);
    assert.match(
      texts("{}", "{ promotionTask: { canary: v2, canaryPercent: 10 } }").join(),
      /^1\d of 120 services move from promotion task v1 to v2\.$/,
    );
    assert.deepEqual(texts("{}", "{}"), []);
  });

  it("refuses an unknown service and suggests the nearest name", () => {
    assert.match(
      problems("{ promotionTask: { canary: v2, canaryServices: [servce-1] } }").join(),
      /rollout\.promotionTask\.canaryServices\[0\] {2}"servce-1" is not a service of the catalogue\. Did you mean "service-1"\?/,
    );
  });
});

describe("the rollout of a pipeline", () => {
  it("gives its canary to some services", () => {
    const { services } = plan("{ pipelines: { standard: { canary: next, canaryServices: [service-3] } } }");
    const moved = services.filter(({ pipeline }) => pipeline === "next");
    assert.deepEqual(
      moved.map(({ name, stages }) => [name, stages.length]),
      [["service-3", 2]],
    );
  });

  it("uses other canary services than the promotion task", () => {
    const { services } = plan(
      "{ promotionTask: { canary: v2, canaryPercent: 30 }, pipelines: { standard: { canary: next, canaryPercent: 30 } } }",
    );
    const sets = [
      services.filter(({ pipeline }) => pipeline === "next"),
      services.filter(({ promotionTask }) => promotionTask === "v2"),
    ].map((set) => set.map(({ name }) => name).join());
    assert.notEqual(sets[0], sets[1]);
  });

  it("is reported with the number of services that move", () => {
    assert.deepEqual(texts("{}", "{ pipelines: { standard: { canary: next, canaryPercent: 100 } } }"), [
      "120 of 120 services move from pipeline standard to next.",
    ]);
  });

  for (const [rollout, rule] of [
    [
      "{ pipelines: { standrd: { canary: next } } }",
      /pipelines\.standrd {2}"standrd" is not a pipeline of this stack \(it has: standard, next\)\. Did you mean "standard"\?/,
    ],
    [
      "{ pipelines: { standard: { canary: nxt } } }",
      /pipelines\.standard\.canary {2}"nxt" is not a pipeline of this stack .* Did you mean "next"\?/,
    ],
    [
      "{ pipelines: { standard: { canary: next, canaryServices: [x] } } }",
      /pipelines\.standard\.canaryServices\[0\] {2}"x" is not a service/,
    ],
  ] as const) {
    it(`refuses ${rollout}`, () => {
      assert.match(problems(rollout).join(), rule);
    });
  }

  it("refuses names that would conflict when more services get the canary", () => {
    const services = catalogueOf({ a: {}, "a-b": {} });
    const pipelines = `{ standard: [${NEXT}], next: [${stage("b-dev")}] }`;
    const rollout = "{ pipelines: { standard: { canary: next } } }";
    assert.match(
      problemsOf(services, stackText({ pipelines, rollout })).join(),
      /the Application "a-b-dev" \(from its stage dev\) is also used by service "a"/,
    );
    assert.deepEqual(problemsOf(services, stackText({ pipelines })), []);
  });
});
