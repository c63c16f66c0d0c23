import assert from "node:assert/strict";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../../manifests/kargo.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { storedByKargo } from "../kargo-admission.ts";
import { servicePlan } from "../sources.ts";

const objectsOf = (service: ServicePlan) => [
  warehouse(service),
  ...service.stages.map((plan) => stage(service, plan)),
];

describe("the shard of Kargo's controllers", () => {
  const sharded = servicePlan({}, { kargo: "{ shards: [eu-a] }" });
  const objects = objectsOf(sharded);

  it("is in the spec of the Warehouse and of each Stage, and in the label that Kargo's admission adds", () => {
    for (const { kind, spec, metadata } of objects) {
      assert.equal(spec.shard, "eu-a", kind);
      assert.equal(metadata.labels?.["kargo.akuity.io/shard"], "eu-a", kind);
    }
  });

  it("is written as Kargo stores it, so that a second up changes nothing", () => {
    for (const object of objects) assert.deepEqual(storedByKargo(object), object);
  });

  it("is on no other object, and nowhere without shards", () => {
    for (const object of [project(sharded), projectConfig(sharded), projectNamespace(sharded)])
      assert.doesNotMatch(JSON.stringify(object), /shard/);
    assert.doesNotMatch(JSON.stringify(objectsOf(servicePlan())), /shard/);
  });
});
