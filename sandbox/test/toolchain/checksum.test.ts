import assert from "node:assert/strict";
import fc from "fast-check";
import { sumIn } from "../../toolchain/download.ts";

describe("a checksum in its makers' document", () => {
  const digits = fc
    .constantFrom(40, 64)
    .chain((length) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)));
  const name = fc.stringMatching(/^[a-z0-9_.-]{1,20}$/);
  const between = fc.constantFrom("  ", " *", "  ./", " ");

  it("is found by the file's whole name in any line format", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { minLength: 1, maxLength: 5 }),
        digits,
        between,
        (names, sum, gap) => {
          const own = (index: number) => sum.slice(0, -1) + index;
          const document = names.map((file, index) => `${own(index)}${gap}${file}\n`).join("");
          names.forEach((file, index) => {
            assert.equal(sumIn(document, file), own(index));
            assert.equal(sumIn(document.toUpperCase(), file.toUpperCase()), own(index));
          });
          assert.equal(sumIn(document, `${names[0]}x${names.join("")}`), undefined);
        },
      ),
    );
  });

  it("is the whole document if that has no name", () => {
    fc.assert(fc.property(digits, (sum) => assert.equal(sumIn(`${sum}\n`, "kubectl"), sum)));
  });

  it("is not found if the digits have another length", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{1,80}$/), (sum) => {
        fc.pre(![40, 64].includes(sum.length));
        assert.equal(sumIn(`${sum}  kubectl\n`, "kubectl"), undefined);
      }),
    );
  });

  it("is not found in any other text", () => {
    fc.assert(fc.property(fc.string(), (text) => assert.equal(sumIn(text, "kubectl"), undefined)));
  });
});
