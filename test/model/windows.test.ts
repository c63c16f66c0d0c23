import assert from "node:assert/strict";
import fc from "fast-check";
import { calendar, calendarData, rulesOf } from "../../manifests/calendar.ts";
import type { ClosingRule, OpenTimes } from "../../model/calendar.ts";
import { closedNow, isClosed, nextChange } from "../../model/closed-now.ts";
import { generatedCalendar, isClosedByTemporal, moment } from "../generated-calendars.ts";
import { sampled } from "../sampling.ts";
import { catalogueOf, planOf, problemsOf, stackText } from "../sources.ts";

const CATALOGUE = catalogueOf({ nginx: {} });
const OFFICE = "{ days: [Mon, Tue], from: '09:00', to: '16:00' }";
const windows = (window: string) => stackText({ rollout: `{ windows: [${window}] }` });
const window = (open = OFFICE, zone = "Europe/Berlin") =>
  `{ stages: [prod], zone: ${zone}, open: [${open}], reason: office hours }`;
const rule = (open: OpenTimes): ClosingRule => ({
  id: "window-0",
  kind: "window",
  stages: [],
  services: [],
  reason: "x",
  open,
});
const opensAt = (from: string, to: string, zone = "Europe/Berlin") =>
  rule({ zone, periods: [{ days: ["Sun"], from, to }] });
const isOpen = (one: ClosingRule, at: string) => !isClosed(one, new Date(at));

describe("a window", () => {
  it("is in the calendar as a text that a person can read", () => {
    const { platform } = planOf(CATALOGUE, windows(window()));
    assert.deepEqual(calendar(platform?.calendar ?? []).data, {
      "window-0.stages": "prod",
      "window-0.zone": "Europe/Berlin",
      "window-0.open": "Mon Tue 09:00-16:00",
      "window-0.reason": "office hours",
    });
  });

  it("covers every day if it names none", () => {
    const { platform } = planOf(CATALOGUE, windows(window("{ from: '09:00', to: '16:00' }")));
    assert.equal(platform?.calendar[0]?.open?.periods[0]?.days.length, 7);
  });

  it("that ends before it begins ends on the next day", () => {
    const night = opensAt("22:00", "04:00", "UTC");
    assert.deepEqual(
      ["2026-06-14T21:59:59Z", "2026-06-14T22:00:00Z", "2026-06-15T03:59:59Z", "2026-06-15T04:00:00Z"].map(
        (at) => isOpen(night, at),
      ),
      [false, true, true, false],
    );
  });

  it("has an hour less if the clock skips it: what begins in it begins when the clock goes on", () => {
    const skipped = opensAt("02:30", "04:00");
    assert.deepEqual(
      ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"].map((at) =>
        isOpen(skipped, at),
      ),
      [false, true, false],
    );
    assert.ok(!isOpen(opensAt("02:00", "03:00"), "2026-03-29T01:00:00Z"));
  });

  it("is open twice if the clock goes back over it", () => {
    const repeated = opensAt("02:00", "02:30");
    assert.deepEqual(
      ["2026-10-25T00:10:00Z", "2026-10-25T00:40:00Z", "2026-10-25T01:10:00Z"].map((at) =>
        isOpen(repeated, at),
      ),
      [true, false, true],
    );
  });

  it("is as an independent clock says, in all zones and at changes of the clock", () => {
    fc.assert(
      fc.property(generatedCalendar, ({ rules, moments }) => {
        for (const at of moments) {
          const closed = rules.some((one) => isClosed({ id: "window-0", stages: [], ...one }, at));
          assert.equal(closed, isClosedByTemporal(rules, at), at.toISOString());
        }
      }),
      { numRuns: sampled(10_000, 500) },
    );
  });

  it("changes next when the clock says so, and not before", () => {
    fc.assert(
      fc.property(generatedCalendar, moment, ({ rules }, now) => {
        const [first] = rules;
        assert.ok(first);
        const one = { id: "window-0", stages: [], ...first };
        const next = nextChange(one, now);
        if (next === undefined) return;
        const minute = new Date(next.getTime() - 60_000);
        assert.notEqual(isClosed(one, next), isClosed(one, now));
        if (minute > now) assert.equal(isClosed(one, minute), isClosed(one, now));
      }),
      { numRuns: 50 },
    );
  });

  it("that is closed says until when", () => {
    const { platform } = planOf(CATALOGUE, windows(window()));
    assert.deepEqual(closedNow(platform?.calendar ?? [], new Date("2026-11-29T12:00:00Z")), [
      {
        kind: "window",
        reason: "office hours",
        stages: ["prod"],
        services: [],
        until: "2026-11-30T08:00:00.000Z",
      },
    ]);
    assert.deepEqual(closedNow(platform?.calendar ?? [], new Date("2026-11-30T08:00:00Z")), []);
  });

  const withSortedDays = ({ open, ...one }: ClosingRule) => ({
    ...one,
    ...(open && {
      open: { ...open, periods: open.periods.map((each) => ({ ...each, days: each.days.toSorted() })) },
    }),
  });

  it("survives the way through the ConfigMap", () => {
    fc.assert(
      fc.property(generatedCalendar, ({ rules }) => {
        const all = rules.map((one, index) => ({ id: `${one.kind}-${index}`, stages: ["a", "b"], ...one }));
        assert.deepEqual(rulesOf(calendarData(all)).map(withSortedDays), all.map(withSortedDays));
      }),
    );
  });

  for (const [what, text, says] of [
    [
      "in an unknown zone",
      window(OFFICE, "Europe/Berlln"),
      /zone {2}"Europe\/Berlln" is not the name of a time zone/,
    ],
    ["in a zone in other letters", window(OFFICE, "europe/berlin"), /zone {2}"europe\/berlin" is not/],
    ["in the zone of somebody's host", window(OFFICE, "Local"), /zone {2}"Local" is not/],
    ["of an offset, which has no summer time", window(OFFICE, "'+01:00'"), /zone {2}"\+01:00" is not/],
    ["without time", window("{ from: '09:00', to: '09:00' }"), /open\[0\]\.to {2}must differ from "from"/],
    [
      "at a time that no clock shows",
      window("{ from: '9:00', to: '25:00' }"),
      /open\[0\]\.from {2}must be a time of day/,
    ],
    ["on an unknown day", window("{ days: [Mo], from: '09:00', to: '16:00' }"), /open\[0\]\.days\[0\]/],
    ["that is never open", window(""), /windows\[0\]\.open/],
  ] as const) {
    it(`is refused ${what}`, () => assert.match(problemsOf(CATALOGUE, windows(text)).join("\n"), says));
  }

  it("may be in a zone that is only another name of one", () => {
    for (const zone of ["Asia/Kolkata", "Asia/Calcutta", "Europe/Kyiv", "Etc/UTC", "UTC"])
      assert.deepEqual(problemsOf(CATALOGUE, windows(window(OFFICE, zone))), [], zone);
  });
});
