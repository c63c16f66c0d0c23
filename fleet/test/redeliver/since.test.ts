import assert from "node:assert/strict";
import { sinceOf } from "../../redeliver/since.ts";

const now = new Date("2026-11-25T14:00:00Z");

describe("--since", () => {
  for (const [text, moment] of [
    ["2h", "2026-11-25T12:00:00.000Z"],
    ["1h30m", "2026-11-25T12:30:00.000Z"],
    ["72h", "2026-11-22T14:00:00.000Z"],
    ["2026-11-25T12:00:00Z", "2026-11-25T12:00:00.000Z"],
    ["2026-11-25T12:00+01:00", "2026-11-25T11:00:00.000Z"],
  ] as const) {
    it(`accepts ${text}`, () => {
      const since = sinceOf(text, now);
      assert.ok(since instanceof Date, String(since));
      assert.equal(since.toISOString(), moment);
    });
  }

  for (const [text, message] of [
    ["", /a duration such as/],
    ["2", /a duration such as/],
    ["yesterday", /a duration such as/],
    ["-2h", /a duration such as/],
    ["2026-11-25", /a duration such as/],
    ["2026-13-25T12:00:00Z", /a duration such as/],
    ["2026-11-25T15:00:00Z", /not be in the future/],
    ["73h", /keeps deliveries for 72 h/],
    ["2026-11-01T00:00:00Z", /keeps deliveries for 72 h/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.match(String(sinceOf(text, now)), message);
    });
  }
});
