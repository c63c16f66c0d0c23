import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { service } from "../../../test/sources.ts";
import { renderReport } from "../../report/markdown.ts";
import { engineRun, fleetReport, plan, stackChange, step } from "./reports.ts";

const TEAMS = {
  edge: { group: "AD-Edge-Engineers", approvers: "AD-Edge-Release" },
  identity: { group: "AD-Identity" },
};

const pipelines = (...stages: readonly object[]) => JSON.stringify({ standard: stages });
const DEV = { stage: "dev", promotion: "auto", sync: "auto" };
const STAGING = { stage: "staging", promotion: "auto", sync: "auto", after: ["dev"] };
const PROD = { stage: "prod", promotion: "manual", sync: "manual", after: ["staging"] };

/** A team moves a service to branch `release` and hands another one over; the platform team adds a soak. */
function sample() {
  const before = plan(
    { nginx: service("nginx"), auth: service("auth", { build: false }) },
    { pipelines: pipelines(DEV, STAGING, PROD) },
    TEAMS,
  );
  const after = plan(
    {
      nginx: service("nginx", { build: { branch: "release" } }),
      auth: service("auth", { team: "identity", build: false }),
    },
    { pipelines: pipelines(DEV, { ...STAGING, soak: "2h" }, PROD) },
    TEAMS,
  );
  const steps = [
    step("update", "kubernetes:kargo.akuity.io/v1alpha1:Stage", "nginx/stage-staging"),
    step("update", "kubernetes:kargo.akuity.io/v1alpha1:Stage", "auth/stage-staging"),
    step("update", "kubernetes:argoproj.io/v1alpha1:Sensor", "platform/sensor"),
  ];
  const change = stackChange(before, after, { stack: "prod-eu", cluster: "prod-eu" });
  const because = "a pipeline changed: standard";
  const engine = engineRun({ steps, unchanged: 52, scope: "full", because, milliseconds: 9400 });
  return fleetReport([{ change, engine }], { base: "origin/main", head: "soak-staging" });
}

describe("docs/sample-report.md", () => {
  it("is the report of this change", () => {
    const text = renderReport(sample());
    // UPDATE_SAMPLE=1 rewrites it.
    if (process.env.UPDATE_SAMPLE !== undefined) writeFileSync("docs/sample-report.md", text);
    assert.equal(readFileSync("docs/sample-report.md", "utf8"), text);
  });
});
