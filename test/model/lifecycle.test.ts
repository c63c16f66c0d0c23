import assert from "node:assert/strict";
import { deployingStages } from "../../model/plan.ts";
import { catalogueText, planOf, problemsOf, service, servicePlan, stackText } from "../sources.ts";

const stage = (name: string, more = "") => `{ stage: ${name}, promotion: auto, sync: auto${more} }`;
const pipelines = (...stages: string[]) => stackText({ pipelines: `{ standard: [${stages.join()}] }` });

describe("a service that leaves", () => {
  it("is active unless it says otherwise", () => {
    assert.equal(servicePlan().state, "active");
  });

  it("stays in the plan when it is decommissioned, and promotes nothing by itself", () => {
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

  it("has a state that exists", () => {
    assert.match(
      problemsOf(catalogueText({ nginx: service("nginx", { state: "gone" }) })).join(),
      /services\.nginx\.state {2}must be one of "active", "decommissioned"/,
    );
  });
});

describe("a stage that leaves", () => {
  it("stays in the pipeline when it is retired, and promotes nothing by itself", () => {
    const stack = pipelines(stage("dev"), stage("qa", ", after: [dev], state: retired"));
    const [nginx] = planOf(catalogueText({ nginx: service("nginx") }), stack).services;
    assert.deepEqual(
      nginx?.stages.map(({ name, state, deployment }) => [name, state, deployment?.autoPromotion]),
      [
        ["dev", "active", true],
        ["qa", "retired", false],
      ],
    );
  });

  it("has nobody behind it: Freight would never come", () => {
    const stack = pipelines(
      stage("dev"),
      stage("qa", ", after: [dev], state: retired"),
      stage("eu", ", after: [qa]"),
    );
    assert.match(
      problemsOf(catalogueText({}), stack).join(),
      /pipelines\.standard\[2\]\.after\[0\] {2}"eu" comes after "qa", which is retired: it would get no Freight any more\. Let it come after what qa comes after: dev\./,
    );
  });

  it("may have others behind it that leave too", () => {
    const stack = pipelines(
      stage("dev"),
      stage("qa", ", after: [dev], state: retired"),
      stage("eu", ", after: [qa], state: retired"),
    );
    assert.deepEqual(problemsOf(catalogueText({}), stack), []);
  });
});
