import assert from "node:assert/strict";
import fc from "fast-check";
import { durationSeconds } from "../../../model/durations.ts";
import type { ServicePlan } from "../../../model/plan.ts";
import type { LivePipeline } from "../../status/live.ts";
import { takePipelineItem } from "../../status/read-pipelines.ts";
import { statusOf } from "../../status/status-of.ts";
import { type Item, liveApplication, liveFreight, liveStage } from "../../status/trim.ts";
import { RECORDED_AT, recorded, recordedPlan } from "./recorded-fleet.ts";

const HELD = recorded("held");
const metadata = { name: "dev", namespace: "kargo-nginx", creationTimestamp: "2026-11-28T13:38:22Z" };
const status = (found: unknown): Item => ({ metadata, status: found });

/** A recorded object in which any fields, also whole parts, are replaced by anything. */
const damaged = fc
  .record({
    item: fc.constantFrom(...HELD),
    replacements: fc.dictionary(fc.nat({ max: 150 }).map(String), fc.jsonValue({ maxDepth: 1 }), {
      maxKeys: 8,
    }),
  })
  .map(({ item, replacements }) => {
    let visited = 0;
    const replace = (_: string, value: unknown) => {
      const index = String(visited++);
      return Object.hasOwn(replacements, index) ? replacements[index] : value;
    };
    const changed = JSON.parse(JSON.stringify(item), replace) as object;
    return { ...changed, kind: item.kind, metadata: item.metadata } as typeof item;
  });

describe("what a status keeps of an object", () => {
  it("accepts an object without any of these fields, as another version of Kargo or Argo CD may write it", () => {
    const services = recordedPlan().services as readonly ServicePlan[];
    fc.assert(
      fc.property(fc.array(damaged, { maxLength: 12 }), (items) => {
        const pipelines = new Map<string, LivePipeline>();
        for (const { project } of services)
          pipelines.set(project, { stages: [], freights: [], promotions: [] });
        const applications = new Map();
        for (const item of items) {
          const pipeline = pipelines.get(item.metadata.namespace ?? "");
          if (item.kind === "Application") applications.set(item.metadata.name, liveApplication(item));
          else if (pipeline) takePipelineItem(`${item.kind.toLowerCase()}s`, pipeline, item);
        }
        const live = { projects: pipelines, applications, refused: new Map(), limits: [] };
        const made = statusOf([{ name: "test", stacks: [], services, closed: [], live }], RECORDED_AT);
        assert.equal(made.services.length, 3);
      }),
    );
  });

  it("is less than 400 bytes of a Promotion", () => {
    const promotions = HELD.filter(({ kind }) => kind === "Promotion");
    const pipeline: LivePipeline = { stages: [], freights: [], promotions: [] };
    for (const item of promotions) takePipelineItem("promotions", pipeline, item);
    assert.equal(pipeline.promotions.length, promotions.length);
    assert.ok(JSON.stringify(pipeline.promotions).length / promotions.length < 400);
  });

  it("reads the soak time that Kargo recorded, in Go's form", () => {
    const soaked = (longestSoak: string) =>
      liveFreight(status({ verifiedIn: { dev: { longestSoak } } })).verifiedIn.dev?.soaked;
    assert.equal(soaked("1m15.842113985s"), durationSeconds("1m15.842113985s"));
    assert.equal(soaked("26h0m1s"), 93_601);
    assert.equal(soaked("500ms"), 0.5);
  });

  it("has the holds that are in force, as Kargo's definition asks", () => {
    const hold = { actor: "a", freightName: "f", createdAt: "2026-11-28T13:40:28Z" };
    assert.equal(liveStage(status({ autoPromotionHolds: { "Warehouse/nginx": hold } })).holds.length, 0);
    assert.equal(
      liveStage(status({ effectiveAutoPromotionHolds: { "Warehouse/nginx": hold } })).holds.length,
      1,
    );
  });
});
