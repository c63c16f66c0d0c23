import assert from "node:assert/strict";
import { ruleLine, stateOf } from "../../windows/rules-text.ts";

describe("a rule that closes Stages, as text", () => {
  it("shows control characters of its reason and its author as text", () => {
    const rule = { id: "stop-1", kind: "stopped", stages: [], services: [] } as const;
    const line = ruleLine(stateOf({ ...rule, reason: "fire\u001b[2J", by: "eve\u202e" }, new Date()));
    assert.match(line, /fire\\u\{1b\}\[2J \(by eve\\u\{202e\}\)$/);
  });
});
