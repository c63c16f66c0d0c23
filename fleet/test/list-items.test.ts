import assert from "node:assert/strict";
import fc from "fast-check";
import { takeItems } from "../list-items.ts";

function taken(text: string): { items: unknown[]; rest: string } {
  const items: unknown[] = [];
  const rest = takeItems(Buffer.from(text), (item) => items.push(item));
  return { items, rest };
}

/** Lists whose texts have all characters that JSON uses itself. */
const LIST = fc.record({
  apiVersion: fc.string({ unit: "binary" }),
  items: fc.array(fc.oneof(fc.jsonValue({ stringUnit: "binary" }), fc.constantFrom('"', "\\", "]}", ",[{"))),
  metadata: fc.dictionary(
    fc.string(),
    fc.jsonValue({ stringUnit: "binary" }).map((value) => ({ value })),
  ),
});

describe("the items of a list", () => {
  it("are all that JSON.parse finds, one by one, and the rest is the list without them", () => {
    fc.assert(
      fc.property(LIST, fc.constantFrom(undefined, 2), (list, indent) => {
        const { items, rest } = taken(JSON.stringify(list, null, indent));
        assert.deepEqual(items, JSON.parse(JSON.stringify(list.items)));
        assert.deepEqual(JSON.parse(rest), JSON.parse(JSON.stringify({ ...list, items: [] })));
      }),
    );
  });

  it("are none in a text that is no list", () => {
    for (const text of ["", "<script>let a = { b: [c] };</script>", "[1, 2]", '"[1]"'])
      assert.deepEqual(taken(text), { items: [], rest: text });
  });
});
