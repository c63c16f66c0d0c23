import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type RecordedItem, recordedPlan, statusOfItems } from "../../fleet/test/status/recorded-fleet.ts";
import { application, freight, promotion, stage } from "../samples/objects.ts";
import { storyOf } from "../samples/story.ts";

const NOW = new Date("2026-11-28T13:41:00.123Z");

/** What `fleet status` says of the samples of this repository's services. */
function sampleStatus() {
  const plan = recordedPlan(readFileSync("Pulumi.sandbox.yaml", "utf8"));
  const items = plan.services.flatMap((service, index) => {
    const story = storyOf(service, index, NOW);
    const created = (second: number) => new Date(NOW.getTime() + second * 1000).toISOString();
    return [
      ...story.versions.map((version, turn) => ({
        at: created(turn),
        object: freight(service, version, story),
      })),
      ...story.promotions.map((each, turn) => ({ at: created(2), object: promotion(service, each, turn) })),
      ...service.stages.flatMap(({ name, deployment }) =>
        deployment
          ? [stage(service, name, story), application(service, name, deployment.application, story)].map(
              (object) => ({ at: created(0), object }),
            )
          : [],
      ),
    ].map(({ at, object }) => ({
      ...object,
      metadata: { ...object.metadata, creationTimestamp: at },
    })) as unknown as RecordedItem[];
  });
  return statusOfItems(items, { plan, now: new Date(NOW.getTime() + 5_000) });
}

describe("the samples of the sandbox", () => {
  const { services } = sampleStatus();
  const needs = services.map(({ stages }) =>
    stages.flatMap(({ stage, waits, failed, holds }) => [
      ...waits.map(({ kind }) => `${stage} ${kind}`),
      ...(failed ? [`${stage} failed`] : []),
      ...holds.map(() => `${stage} held`),
    ]),
  );

  it("show what waits for a person, what failed, and what is held and not synced", () => {
    assert.deepEqual(needs, [["prod promotion"], ["dev failure", "dev failed"], ["dev held", "prod sync"]]);
  });

  it("have lead times and versions of every Stage, none of the future", () => {
    for (const { stages, leadTimes } of services)
      for (const { stage, version } of stages) {
        assert.ok(version?.since !== undefined && Date.parse(version.since) <= NOW.getTime(), stage);
        assert.ok(leadTimes.filter((each) => each.stage === stage).length >= 5, stage);
      }
  });
});
