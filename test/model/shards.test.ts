import assert from "node:assert/strict";
import fc from "fast-check";
import { shardOf } from "../../model/shards.ts";
import { catalogueText, planOf, problemsOf, service, stackText } from "../sources.ts";

const SERVICES = Array.from({ length: 1000 }, (_, index) => `service-${index}`);
const CATALOGUE = catalogueText(Object.fromEntries(SERVICES.map((name) => [name, service(name)])));
const selected = (rollout: string) =>
  planOf(CATALOGUE, stackText({ rollout })).services.map(({ name }) => name);

describe("shards", function () {
  this.timeout(60_000);

  it("divide 1,000 services evenly, each in exactly one shard", () => {
    for (const count of [1, 2, 3, 7]) {
      const shards = Array.from({ length: count }, (_, index) =>
        selected(`{ shard: { index: ${index + 1}, of: ${count} } }`),
      );
      assert.deepEqual(shards.flat().sort(), [...SERVICES].sort());
      for (const shard of shards)
        assert.ok(Math.abs(shard.length - 1000 / count) < 60, `${shard.length} of ${count}`);
    }
  });

  it("divide what include, exclude and percent select", () => {
    const all = selected("{ percent: 40 }");
    const shards = [1, 2].map((index) => selected(`{ percent: 40, shard: { index: ${index}, of: 2 } }`));
    assert.deepEqual(shards.flat().sort(), [...all].sort());
  });

  it("give services to a new shard, and move none between the others", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (name, of) => {
        const [before, after] = [shardOf(name, of), shardOf(name, of + 1)];
        assert.ok(after === before || after === of + 1);
      }),
    );
  });

  it("are numbered from 1, and no higher than there are", () => {
    for (const shard of [
      "{ index: 0, of: 2 }",
      "{ index: 3, of: 2 }",
      "{ index: 1.5, of: 2 }",
      "{ index: 1 }",
    ])
      assert.match(
        problemsOf(catalogueText({}), stackText({ rollout: `{ shard: ${shard} }` })).join(),
        /rollout\.shard/,
      );
  });
});

describe("percent", () => {
  it("of 1,000 services only adds services when it is raised", () => {
    let before: string[] = [];
    for (const percent of [0, 1, 5, 25, 50, 99, 100]) {
      const now = selected(`{ percent: ${percent} }`);
      assert.deepEqual(
        before.filter((name) => !now.includes(name)),
        [],
      );
      before = now;
    }
    assert.equal(before.length, 1000);
  });
});
