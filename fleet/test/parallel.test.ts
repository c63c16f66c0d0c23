import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { inParallel, roomFor } from "../parallel.ts";

describe("steps in parallel", () => {
  it("give their results in the order of the list, whichever ends first", async () => {
    const turns = fc.array(fc.nat({ max: 5 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(turns, fc.integer({ min: 1, max: 8 }), async (waits, concurrency) => {
        const steps = waits.map((wait, index) => async () => {
          for (let left = wait; left > 0; left -= 1) await turn();
          return index;
        });
        assert.deepEqual(await inParallel(steps, concurrency), [...waits.keys()]);
      }),
    );
  });

  it("are never more than the limit at once", async () => {
    let running = 0;
    let most = 0;
    const step = async () => {
      most = Math.max(most, ++running);
      await turn();
      running -= 1;
    };
    await inParallel(Array(20).fill(step), 3);
    assert.equal(most, 3);
  });

  it("start no more after a failure, and wait for those that run", async () => {
    const ended: number[] = [];
    const steps = [0, 1, 2, 3].map((index) => async () => {
      if (index === 0) throw new Error("the first fails");
      await turn();
      ended.push(index);
    });
    await assert.rejects(inParallel(steps, 2), /the first fails/);
    assert.deepEqual(ended, [1]);
  });
});

describe("the room for processes", () => {
  it("is at least one, and at most one a core", () => {
    assert.equal(roomFor(100, 99), 1);
    assert.ok(roomFor(1, Number.MAX_SAFE_INTEGER) < 100_000);
  });
});
