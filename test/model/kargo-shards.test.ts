import assert from "node:assert/strict";
import fc from "fast-check";
import { kargoShard } from "../../model/kargo-shards.ts";
import { catalogueOf, planOf, problemsOf, stackText } from "../sources.ts";

const shardNames = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), { minLength: 1, maxLength: 8 });

describe("Kargo's shards", () => {
  it("are none by default: Kargo's controller without a name has all services", () => {
    assert.equal(planOf(catalogueOf({ nginx: {} })).services[0]?.kargoShard, undefined);
    fc.assert(fc.property(fc.string(), (name) => kargoShard(name, []) === undefined));
  });

  it("divide 1,000 services evenly, each to a named controller", () => {
    const shards = ["a", "b", "c", "d"];
    const counts = new Map(shards.map((shard) => [shard, 0]));
    for (let index = 0; index < 1_000; index++) {
      const shard = kargoShard(`service-${index}`, shards) ?? "";
      counts.set(shard, (counts.get(shard) ?? Number.NaN) + 1);
    }
    for (const [shard, count] of counts) assert.ok(Math.abs(count - 250) < 60, `${shard} has ${count}`);
  });

  it("give services to a new controller, and move none between the others, in whatever order they are named", () => {
    fc.assert(
      fc.property(fc.string(), shardNames, (name, shards) => {
        const [added = "", ...earlier] = shards;
        const [before, after] = [kargoShard(name, earlier), kargoShard(name, shards)];
        assert.ok(after === before || after === added);
        assert.equal(kargoShard(name, [...shards].reverse()), after);
      }),
    );
  });

  it("are named once each, by valid names", () => {
    const problems = (shards: string) =>
      problemsOf(catalogueOf({}), stackText({ kargo: `{ shards: ${shards} }` }));
    assert.deepEqual(problems("[eu-a, eu-b]"), []);
    assert.match(problems("[a, b, a]").join(), /kargo-fleet:kargo\.shards {2}must name each shard once/);
    assert.match(problems("[A]").join(), /kargo\.shards\[0\] {2}"A" is not a valid name/);
  });
});
