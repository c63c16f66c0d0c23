import assert from "node:assert/strict";
import fc from "fast-check";
import { growthExponent } from "../../bench/results.ts";

describe("the growth exponent", () => {
  const of = (seconds: number, later: number) =>
    growthExponent({ size: 100, seconds }, { size: 1_000, seconds: later });

  it("is 1 if ten times the services take ten times as long, and 2 if a hundred times", () => {
    assert.equal(of(30, 300)?.toFixed(6), "1.000000");
    assert.equal(of(3, 300)?.toFixed(6), "2.000000");
  });

  it("is that of every power law", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 1_000 }),
        (power, factor) => {
          const found = of(factor * 100 ** power, factor * 1_000 ** power) ?? Number.NaN;
          assert.ok(Math.abs(found - power) < 1e-6, `${found}`);
        },
      ),
    );
  });

  it("is unknown without two sizes or without time", () => {
    assert.equal(growthExponent({ size: 100, seconds: 1 }, { size: 100, seconds: 2 }), undefined);
    assert.equal(of(0, 1), undefined);
  });
});
