import assert from "node:assert/strict";
import { deployingStages } from "../../model/plan.ts";
import { catalogueOf, planOf, problemsOf, servicePlan, stackText } from "../sources.ts";

const stage = (name: string, more = "") => `{ stage: ${name}, promotion: auto, sync: auto${more} }`;
const pipelines = (...stages: string[]) => stackText({ pipelines: `{ standard: [${stages.join()}] }` });

describe("a decommissioned service", () => {
  it("has the state active by default", () => {
    assert.equal(servicePlan().state, "active");
  });

  it("stays in the plan without auto-promotion", () => {
    const nginx = servicePlan({ state: "decommissioned" });
    assert.equal(nginx.state, "decommissioned");
    assert.deepEqual(
      deployingStages(nginx).map(({ name, deployment }) => [name, deployment.autoPromotion]),
      [
        ["dev", false],
        ["staging", false],
        ["prod", false],
      ],
    );
  });

  it("must have a valid state", () => {
    assert.match(
      problemsOf(catalogueOf({ nginx: { state: "gone" } })).join(),
      /services\.nginx\.state {2}must be one of "active", "decommissioned"/,
    );
  });
});

describe("a retired stage", () => {
  it("stays in the pipeline without auto-promotion", () => {
    const stack = pipelines(stage("dev"), stage("qa", ", after: [dev], state: retired"));
    const [nginx] = planOf(catalogueOf({ nginx: {} }), stack).services;
    assert.deepEqual(
      nginx?.stages.map(({ name, state, deployment }) => [name, state, deployment?.autoPromotion]),
      [
        ["dev", "active", true],
        ["qa", "retired", false],
      ],
    );
  });

  it("has no downstream stages, which would never get Freight", () => {
    const stack = pipelines(
      stage("dev"),
      stage("qa", ", after: [dev], state: retired"),
      stage("eu", ", after: [qa]"),
    );
    assert.match(
      problemsOf(catalogueOf({}), stack).join(),
      /pipelines\.standard\[2\]\.after\[0\] {2}"eu" comes after "qa", which is retired, so it would get no more Freight\. Set its after to that of qa: dev\./,
    );
  });

  it("may have downstream stages that are retired too", () => {
    const stack = pipelines(
      stage("dev"),
      stage("qa", ", after: [dev], state: retired"),
      stage("eu", ", after: [qa], state: retired"),
    );
    assert.deepEqual(problemsOf(catalogueOf({}), stack), []);
  });
});
