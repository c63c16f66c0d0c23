import assert from "node:assert/strict";
import fc from "fast-check";
import { re2, sortsByTime, tagPattern } from "../../model/tag-pattern.ts";
import { tagSelection } from "../../model/tags.ts";
import { sampled } from "../sampling.ts";

const anchored = (pattern: string) => tagPattern.safeParse(pattern).success;

describe("a tag pattern", () => {
  it("is anchored if every alternative is, whatever its first and last characters", () => {
    for (const pattern of ["^a$", "^(a|b)$", "(^a$)", "^a$|^b$", "\\Aa\\z", "(?m)^a$", "^$"])
      assert.ok(anchored(pattern), pattern);
    for (const pattern of ["^a|b$", "^(a|b$)", "(?:^|x)a$", "^a", "a$", "^a\\$", "\\^a$", "x*", ""])
      assert.ok(!anchored(pattern), pattern);
  });

  it("cannot match a part of a longer tag if it is accepted", () => {
    const piece = fc.constantFrom("^", "$", "a", "b", "|", "(", ")", "*", "?", "[ab]", "(?:");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const pattern = pieces.join("");
        if (!anchored(pattern)) return;
        const finds = (tag: string) => re2(pattern).matcher(tag).find();
        for (const tag of ["", "a", "ab", "aba", "bbbb"])
          assert.ok(!finds(`x${tag}`) && !finds(`${tag}x`), `${pattern} in a longer ${tag}`);
      }),
      { numRuns: sampled(20_000, 2000) },
    );
  });

  for (const pattern of [
    "^[0-9]{14}-[0-9a-f]{7}$",
    "^v[0-9]{8}$",
    "^\\d{4}-\\d{2}-\\d{2}T\\d{6}$",
    "^main-[0-9]{10}-.+$",
  ]) {
    it(`sorts by time: ${pattern}`, () => assert.ok(sortsByTime(pattern)));
  }

  for (const pattern of [
    "^[0-9a-f]{40}$",
    "^sha-[0-9a-f]{7}$",
    "^[0-9]+$",
    "^v[0-9]+\\.[0-9]+$",
    "^build-[0-9]{1,5}$",
    "^.*$",
    "^(main|release)-[0-9]{14}$",
    "^[0-9]{8}-[0-9a-f]{7}$",
    "^[0-9]{8}\\.[0-9]+$",
    "^(?i)v[0-9]{14}$",
  ]) {
    it(`does not sort by time: ${pattern}`, () => assert.ok(!sortsByTime(pattern)));
  }

  it("for numbers of one length sorts like the numbers", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), fc.nat(), (length, one, other) => {
        assert.ok(sortsByTime(`^v[0-9]{${length}}$`));
        const [a, b] = [one % 10 ** length, other % 10 ** length];
        const tag = (number: number) => `v${String(number).padStart(length, "0")}`;
        assert.equal(tag(a) < tag(b), a < b);
      }),
    );
  });

  for (const [what, pattern] of [
    ["of four million letters", `^${"a".repeat(4_000_000)}$`],
    ["that repeats without end", `^${"\\pL{1000}".repeat(100)}$`],
    ["that nests repetitions", `^${"(?:(?:(?:a?){10}){10}){10}".repeat(8)}$`],
    ["of many parentheses", `^${"(".repeat(480)}${")".repeat(480)}$`],
  ] as const) {
    it(`with ${what} is checked quickly`, () => {
      const before = process.cpuUsage();
      if (anchored(pattern)) sortsByTime(pattern);
      assert.ok(process.cpuUsage(before).user < 5_000_000);
    });
  }
});

describe("a semver constraint", () => {
  it("with many blanks is checked quickly", () => {
    const before = process.cpuUsage();
    for (const constraint of [
      " ".repeat(1000),
      `1${" ".repeat(900)}!`,
      `${"1 || ".repeat(190)} `,
      " ".repeat(100_000),
    ])
      assert.ok(!tagSelection.safeParse({ strategy: "semver", constraint }).success);
    assert.ok(process.cpuUsage(before).user < 2_000_000);
  });
});
