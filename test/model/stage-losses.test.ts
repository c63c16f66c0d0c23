import assert from "node:assert/strict";
import { stage } from "../sources.ts";
import { ALL, lost, pipelines, upOf } from "./ups.ts";

describe("a lost stage", () => {
  const three = pipelines({
    standard: [stage("dev"), stage("qa", ", after: [dev]"), stage("prod", ", after: [dev]")],
  });
  const two = pipelines({ standard: [stage("dev"), stage("prod", ", after: [dev]")] });

  it("is one that is gone from its pipeline, told once with every service that has it", () => {
    assert.match(
      lost(upOf(ALL, three), ALL, two).join("\n"),
      /^config\.kargo-fleet:pipelines\.standard {2}the stage "qa" was removed; 3 provisioned services have it: nginx, auth, docs\. .*$/,
    );
  });

  it("is one that a service's new pipeline lacks, told of that service alone", () => {
    const both = pipelines({
      standard: [stage("dev"), stage("qa", ", after: [dev]")],
      light: [stage("dev")],
    });
    assert.match(
      lost(upOf(ALL, both), { ...ALL, auth: { pipeline: "light" } }, both).join("\n"),
      /^services\.auth\.pipeline {2}"light" has no stage "qa", as "standard" has; 1 provisioned service has it: auth\. .*$/,
    );
  });

  it("is none if an earlier up retired it", () => {
    const retired = pipelines({
      standard: [
        stage("dev"),
        stage("qa", ", after: [dev], state: retired"),
        stage("prod", ", after: [dev]"),
      ],
    });
    assert.deepEqual(lost(upOf(ALL, three), ALL, retired), []);
    assert.deepEqual(lost(upOf(ALL, retired), ALL, two), []);
  });

  it("is none if another pipeline has the same stages", () => {
    const both = pipelines({ standard: [stage("dev")], other: [stage("dev")] });
    assert.deepEqual(lost(upOf(ALL, both), { ...ALL, auth: { pipeline: "other" } }, both), []);
  });

  it("is one that no longer deploys, because its Application would be deleted", () => {
    const flow = pipelines({
      standard: [
        stage("dev"),
        "{ stage: qa, controlFlow: true, after: [dev] }",
        stage("prod", ", after: [dev]"),
      ],
    });
    assert.match(
      lost(upOf(ALL, three), ALL, flow).join(),
      /^config\.kargo-fleet:pipelines\.standard\[1\]\.controlFlow {2}the stage "qa" no longer deploys; 3 provisioned services have it/,
    );
  });

  it("is none of a decommissioned service", () => {
    const was = upOf({ nginx: { state: "decommissioned" } }, three);
    assert.deepEqual(lost(was, { nginx: { state: "decommissioned" } }, two), []);
  });
});
