import assert from "node:assert/strict";
import fc from "fast-check";
import { durationSeconds } from "../../../model/durations.ts";
import { type Item, liveFreight, liveStage } from "../../status/live.ts";
import { HELD, livePipelines, recordedPlan, statusOfItems } from "./recorded-fleet.ts";

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
    const plan = recordedPlan();
    fc.assert(
      fc.property(fc.array(damaged, { maxLength: 12 }), (items) => {
        assert.equal(statusOfItems(items, { plan }).services.length, 3);
      }),
    );
  });

  it("is less than 400 bytes of a Promotion", () => {
    const recorded = HELD.filter(({ kind }) => kind === "Promotion");
    const kept = [...livePipelines(recorded).projects.values()].flatMap(({ promotions }) => promotions);
    assert.equal(kept.length, recorded.length);
    assert.ok(JSON.stringify(kept).length / recorded.length < 400);
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
