import assert from "node:assert/strict";
import fc from "fast-check";
import {
  EVERYTHING,
  type Filter,
  fromHash,
  rowOf,
  SORTS,
  tableRows,
  toHash,
} from "../../../../status/page/browser/filter.ts";
import { NEEDS } from "../../../../status/page/browser/states.ts";
import { pageData } from "../../../../status/page/page-data.ts";
import { AT, sampleFleet } from "../sample-fleet.ts";

const { services } = pageData(sampleFleet(60, 4));
const rows = services.map((service) => rowOf(service, AT));

const filters: fc.Arbitrary<Filter> = fc.record(
  {
    team: fc.oneof(fc.constantFrom("", "team-01"), fc.string()),
    cluster: fc.oneof(fc.constantFrom("", "prod-us"), fc.string()),
    search: fc.oneof(fc.constantFrom("", "prod 001"), fc.string({ unit: "grapheme" })),
    state: fc.constantFrom("", "any", "stale", ...NEEDS),
    sort: fc.constantFrom(...SORTS),
    down: fc.boolean(),
  },
  { noNullPrototype: true },
);

describe("the filter of the status page", () => {
  it("is the same after a hash", () => {
    fc.assert(fc.property(filters, (filter) => assert.deepEqual(fromHash(`#${toHash(filter)}`), filter)));
  });

  it("has no hash if it shows everything", () => {
    assert.equal(toHash(EVERYTHING), "");
    assert.deepEqual(fromHash(""), EVERYTHING);
  });

  it("ignores what a hash may not say", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { state, sort } = fromHash(
          `#state=${encodeURIComponent(text)}&sort=${encodeURIComponent(text)}`,
        );
        assert.ok(["", "any", "stale", ...NEEDS].includes(state));
        assert.ok(SORTS.includes(sort));
      }),
    );
  });

  it("shows exactly the rows that match, each once", () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const found = tableRows(rows, filter);
        const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
        const expected = rows.filter(
          ({ service, text, items, values }) =>
            [service.team, ""].includes(filter.team) &&
            [service.cluster, ""].includes(filter.cluster) &&
            words.every((word) => text.includes(word)) &&
            (filter.state === "" ||
              (filter.state === "any" && items.length > 0) ||
              (filter.state === "stale" && (values.age ?? 0) >= 14 * 86_400) ||
              items.some(({ need }) => need === filter.state)),
        );
        assert.deepEqual(new Set(found), new Set(expected));
        assert.equal(found.length, expected.length);
      }),
    );
  });

  it("sorts by a number in both directions, with unknown ones at the end", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("needs", "age", "lead", "often", "failures"),
        fc.boolean(),
        (sort, down) => {
          const values = tableRows(rows, { ...EVERYTHING, sort, down }).map((row) => row.values[sort]);
          const known = values.filter((value) => value !== undefined);
          assert.deepEqual(values.slice(0, known.length), known);
          assert.deepEqual(
            known,
            known.toSorted((a, b) => (down ? b - a : a - b)),
          );
        },
      ),
    );
  });

  it("finds a service by its name, team, cluster, Stage, tag and commit", () => {
    const [row] = rows;
    const version = row?.service.stages[0]?.version;
    for (const word of ["SERVICE-0000", "team-00", "prod-us", "perf", version?.tag, version?.commit])
      assert.ok(
        tableRows(rows, { ...EVERYTHING, search: word ?? "?" }).some((each) => each === row),
        `${word}`,
      );
  });
});
