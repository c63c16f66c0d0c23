import assert from "node:assert/strict";
import fc from "fast-check";
import { succeeded, undelivered } from "../../redeliver/attempts.ts";
import type { Attempt } from "../../redeliver/hooks-api.ts";

type Try = readonly [guid: string, statusCode: number, event?: string];

/** Attempts in GitHub's order (newest first), written oldest first. */
function attempts(...oldestFirst: Try[]): Attempt[] {
  return oldestFirst
    .map(([guid, statusCode, event = "push"], index) => ({
      id: `${100 + index}`,
      guid,
      event,
      deliveredAt: `2026-11-25T12:00:0${index}Z`,
      status: statusCode === 200 ? "OK" : "failed",
      statusCode,
    }))
    .toReversed();
}

describe("a push is undelivered", () => {
  const guids = (...given: Try[]) => undelivered(attempts(...given)).map(({ guid }) => guid);

  it("if its only attempt failed", () => {
    assert.deepEqual(guids(["a", 200], ["b", 503]), ["b"]);
  });

  it("if every attempt failed, and is listed once", () => {
    const [push, ...rest] = undelivered(attempts(["a", 503], ["b", 200], ["a", 502]));
    assert.deepEqual(rest, []);
    assert.deepEqual([push?.guid, push?.since], ["a", "2026-11-25T12:00:00Z"]);
    assert.equal(push?.last.statusCode, 502);
  });

  it("only if no attempt succeeded, before or after", () => {
    assert.deepEqual(guids(["a", 503], ["a", 204], ["b", 200], ["b", 500]), []);
  });

  it("if the listener redirected, since GitHub follows no redirect", () => {
    assert.deepEqual(guids(["a", 302]), ["a"]);
  });

  it("by its guid, and only if it is a push", () => {
    assert.deepEqual(guids(["a", 503, "ping"], ["b", 503, "create"], ["c", 503]), ["c"]);
  });

  it("and listed in the order of pushes, not of attempts", () => {
    assert.deepEqual(guids(["a", 503], ["b", 503], ["a", 503]), ["a", "b"]);
  });

  it("exactly if no attempt with its guid has a 2xx, for any attempts", () => {
    const attempt = fc.tuple(
      fc.constantFrom("a", "b", "c", "d"),
      fc.constantFrom(0, 200, 204, 299, 301, 404, 500, 502, 504),
      fc.constantFrom("push", "ping"),
    );
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 9 }), (given) => {
        const all = attempts(...given).filter(({ event }) => event === "push");
        const found = undelivered(attempts(...given));
        const missing = new Set(all.map(({ guid }) => guid));
        for (const { guid } of all.filter(succeeded)) missing.delete(guid);
        assert.deepEqual(new Set(found.map(({ guid }) => guid)), missing);
        assert.equal(found.length, missing.size);
        for (const { guid, last } of found) {
          assert.deepEqual(
            last,
            all.find((each) => each.guid === guid),
          );
        }
        const order = found.map(({ since }) => since);
        assert.deepEqual(order, order.toSorted());
      }),
    );
  });
});
