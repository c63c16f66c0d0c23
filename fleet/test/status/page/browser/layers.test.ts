import assert from "node:assert/strict";
import fc from "fast-check";
import { placesOf } from "../../../../status/page/browser/layers.ts";

describe("the places of Stages in a picture", () => {
  it("are one after another, and below each other where a pipeline divides", () => {
    const stages = [
      { stage: "dev", after: [] },
      { stage: "eu", after: ["dev"] },
      { stage: "us", after: ["dev"] },
      { stage: "all", after: ["eu", "us"] },
    ];
    const places = [...placesOf(stages)].map(([name, { column, row }]) => [name, column, row]);
    assert.deepEqual(places, [
      ["dev", 0, 0],
      ["eu", 1, 0],
      ["us", 1, 1],
      ["all", 2, 0],
    ]);
  });

  it("differ for all Stages, and are right of those before, for any graph without a cycle", () => {
    const graph = fc.array(fc.array(fc.nat({ max: 9 }), { maxLength: 3 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(graph, (all) => {
        const stages = all.map((after, index) => ({
          stage: `s${index}`,
          after: [...new Set(after.filter((each) => each < index))].map((each) => `s${each}`),
        }));
        const places = placesOf(stages);
        assert.equal(
          new Set([...places.values()].map(({ column, row }) => `${column} ${row}`)).size,
          stages.length,
        );
        for (const { stage, after } of stages)
          for (const each of after)
            assert.ok((places.get(each)?.column ?? 99) < (places.get(stage)?.column ?? -1));
      }),
    );
  });

  it("exist even for a cycle, and without the Stages that are not there", () => {
    const places = placesOf([
      { stage: "a", after: ["b", "gone"] },
      { stage: "b", after: ["a"] },
    ]);
    assert.deepEqual([...places.keys()], ["a", "b"]);
  });
});
