import assert from "node:assert/strict";
import { standingText } from "../../release/report.ts";
import { ENTRY } from "./live-service.ts";

describe("the standing of a release, as text", () => {
  it("shows control characters of an image or of Kargo's message as text", () => {
    const entry = { ...ENTRY, images: ["registry.example/nginx:\u001b[2J"] };
    const release = { name: "r1", createdAt: "2026-11-28T14:00:00.000Z", waves: [[entry]] };
    const standing = { kind: "failed", why: "no such file:\n  \u001b]0;x" } as const;
    assert.equal(
      standingText(release, [[{ entry, standing }]]),
      "Wave 1\n  nginx (prod-eu), prod: failed. no such file: \\u{1b}]0;x\n      registry.example/nginx:\\u{1b}[2J",
    );
  });
});
