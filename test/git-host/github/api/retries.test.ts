import assert from "node:assert/strict";
import { pluginOptions } from "../../../../git-host/github/api/retries.ts";

/** How often a call is repeated if GitHub asks for a wait of so many seconds each time. */
function repeats(seconds: number, longestWait: number): number {
  const { options } = pluginOptions({ report: () => {}, longestWait, giveUp: () => new Error("limit") });
  const { throttle } = options as unknown as {
    readonly throttle: { readonly onRateLimit: (...args: readonly unknown[]) => boolean };
  };
  let retries = 0;
  while (retries < 1_000 && throttle.onRateLimit(seconds, {}, {}, retries)) retries += 1;
  return retries;
}

describe("the wait for GitHub's limits", () => {
  for (const seconds of [0, -5])
    it(`ends even if GitHub asks for ${seconds} s each time`, () => {
      assert.equal(repeats(seconds, 3), 3);
      assert.equal(repeats(seconds, 1_000_000), 10);
    });

  it("ends when the next wait would be longer than the rest", () => {
    assert.equal(repeats(40, 100), 2);
  });
});
