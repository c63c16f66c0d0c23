import assert from "node:assert/strict";
import fc from "fast-check";
import {
  durationText,
  secondsBetween,
  timeText,
  versionText,
} from "../../../../status/page/browser/words.ts";

describe("the words of the status page", () => {
  it("say a duration in its largest unit", () => {
    for (const [seconds, text] of [
      [45, "45 s"],
      [600, "10 min"],
      [5 * 3_600, "5 h"],
      [3 * 86_400, "3 d"],
      [-5, "0 s"],
    ] as const)
      assert.equal(durationText(seconds), text);
  });

  it("say a time in UTC, and any other text unchanged", () => {
    assert.equal(timeText("2026-11-28T13:40:59Z"), "2026-11-28 13:40 UTC");
    assert.equal(timeText("2026-11-28T14:40:59+01:00"), "2026-11-28 13:40 UTC");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        fc.pre(!/^\d{4}-/.test(text));
        assert.equal(timeText(text), text);
        assert.equal(secondsBetween(text, "2026-11-28T13:40:59Z"), undefined);
      }),
    );
  });

  it("say the tag of each image where they differ", () => {
    const version = { freight: "ff2ff083bc", tag: "v1", commit: "abc1234" };
    assert.equal(versionText({ ...version, tags: { web: "v1", worker: "v2" } }), "web v1, worker v2");
    assert.equal(versionText({ ...version, tags: { web: "v1", worker: "v1" } }), "v1 (abc1234)");
  });

  it("say a version's commit only if its tag does not", () => {
    const version = { freight: "ff2ff083bc", tag: "20261128133700-abc1234", commit: "abc1234" };
    assert.equal(versionText(version), "20261128133700-abc1234");
    assert.equal(versionText({ ...version, tag: "v1.2.3" }), "v1.2.3 (abc1234)");
    assert.equal(versionText({ freight: "ff2ff083bc", tag: "" }), "ff2ff08");
  });
});
