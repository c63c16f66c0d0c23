import assert from "node:assert/strict";
import fc from "fast-check";
import { count, numberThat } from "../option-parsers.ts";

describe("the number of an option", () => {
  it("is a whole number from 1, or is refused with the rule", () => {
    fc.assert(fc.property(fc.integer({ min: 1 }), (number) => count(String(number)) === number));
    for (const text of ["0", "-1", "1.5", "", "many", "NaN", "Infinity"])
      assert.throws(
        () => count(text),
        /^InvalidArgumentError: It must be a whole number, 1 or more\.$|It must be/,
      );
  });

  it("follows its own rule", () => {
    const percent = numberThat((number) => number >= 0 && number <= 100, "from 0 to 100");
    assert.equal(percent("12.5"), 12.5);
    assert.throws(() => percent("101"), /It must be from 0 to 100\./);
    assert.throws(() => percent("half"), /It must be from 0 to 100\./);
  });
});
