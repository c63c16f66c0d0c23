import assert from "node:assert/strict";
import { servicePlan } from "../../../test/sources.ts";
import { candidateOf, targetStage } from "../../release/create.ts";
import type { LiveService } from "../../release/live.ts";
import { ENTRY, freight, stage } from "./live-service.ts";

const NOW = new Date("2026-11-28T14:00:00Z");
const TWO_GATES = {
  pipelines:
    "{ standard: [ { stage: dev, promotion: auto, sync: auto }, { stage: eu, promotion: manual, sync: manual, after: [dev] }, { stage: us, promotion: manual, sync: manual, after: [dev] } ] }",
};

function live(verified: readonly string[], inStaging = "abc"): LiveService {
  const verifiedIn = Object.fromEntries(verified.map((stage) => [stage, {}]));
  return {
    stages: [stage("staging", inStaging)],
    freights: [freight("abc", { verifiedIn })],
    promotions: [],
  };
}

describe("release create", () => {
  it("promotes to the Stage with manual promotion", () => {
    assert.equal(targetStage(servicePlan(), undefined).name, "prod");
  });

  it("asks for --to if several Stages have manual promotion", () => {
    assert.throws(() => targetStage(servicePlan({}, TWO_GATES), undefined), /several .* \(eu, us\).*--to/);
    assert.equal(targetStage(servicePlan({}, TWO_GATES), "us").name, "us");
  });

  it("names the Stages of a service that has no such Stage", () => {
    assert.throws(() => targetStage(servicePlan(), "live"), /no Stage "live" \(it has: dev, staging, prod\)/);
  });

  const nginx = { name: "nginx", project: "kargo-nginx" };
  const prod = { name: "prod", after: ["staging"], soak: undefined };

  it("records the Freight that the Stage before runs and has verified", () => {
    assert.deepEqual(candidateOf(nginx, "prod-eu", prod, live(["dev", "staging"]), NOW), {
      entry: { ...ENTRY, freight: "abc" },
    });
  });

  it("does not wait for a soak time, because promote will", () => {
    assert.ok("entry" in candidateOf(nginx, "s", { ...prod, soak: "24h0m0s" }, live(["staging"]), NOW));
  });

  const missing = {
    "nothing is verified": [prod, live(["dev"]), "staging has not verified Freight abc."],
    "the Stage before is empty": [prod, live(["staging"], "another"), "Stage staging has no Freight yet."],
    "no Stage is before it": [
      { ...prod, after: [] },
      live([]),
      "Stage prod has no Stage before it that verifies Freight.",
    ],
  } as const;
  for (const [title, [target, found, why]] of Object.entries(missing))
    it(`says what is missing if ${title}`, () => {
      assert.deepEqual(candidateOf(nginx, "prod-eu", target, found, NOW), {
        ...{ service: "nginx", stack: "prod-eu", missing: why },
      });
    });
});
