import assert from "node:assert/strict";
import fc from "fast-check";
import { durationSeconds, goDuration, isDuration, printedSeconds } from "../../model/durations.ts";

describe("a duration", () => {
  for (const [written, stored] of [
    ["5m", "5m0s"],
    ["1h", "1h0m0s"],
    ["90m", "1h30m0s"],
    ["24h", "24h0m0s"],
    ["1.5h", "1h30m0s"],
    ["45s", "45s"],
    ["0.5s", "0.5s"],
    ["0s", "0s"],
  ] as const) {
    it(`${written} is stored as ${stored}, in Go's form`, () => assert.equal(goDuration(written), stored));
  }

  it("keeps its length in Go's form, which does not change again", () => {
    const count = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(count, count, count, (hours, minutes, seconds) => {
        const stored = goDuration(`${hours}h${minutes}m${seconds}s`);
        assert.ok(isDuration(stored));
        assert.equal(durationSeconds(stored), hours * 3600 + minutes * 60 + seconds);
        assert.equal(goDuration(stored), stored);
      }),
    );
  });

  it("is read as Go prints it", () => {
    const count = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(count, count, count, (hours, minutes, seconds) => {
        const stored = goDuration(`${hours}h${minutes}m${seconds}s`);
        assert.equal(printedSeconds(stored), durationSeconds(stored));
      }),
    );
    for (const [printed, length] of [
      ["250ms", 0.25],
      ["1.5µs", 1.5e-6],
      ["1m0.5s", 60.5],
      ["", 0],
      ["soon", 0],
      ["1h soon", 0],
    ] as const)
      assert.equal(printedSeconds(printed), length);
  });
});
