import assert from "node:assert/strict";
import { paceOf } from "../../redeliver/pace.ts";

describe("the pace of calls", () => {
  it("spaces their starts, however many start at once", async () => {
    const waits: number[] = [];
    const pace = paceOf(
      1_000,
      async (milliseconds) => void waits.push(milliseconds),
      () => 5_000,
    );
    await Promise.all([pace(), pace(), pace()]);
    assert.deepEqual(waits, [1_000, 2_000]);
  });

  it("lets a call start at once after a pause", async () => {
    const waits: number[] = [];
    let now = 0;
    const pace = paceOf(
      1_000,
      async (milliseconds) => void waits.push(milliseconds),
      () => now,
    );
    await pace();
    now = 1_500;
    await pace();
    now = 1_600;
    await pace();
    assert.deepEqual(waits, [900]);
  });
});
