/// <reference lib="esnext.temporal" />
import fc from "fast-check";
import type { ClosingRule, OpenPeriod } from "../model/calendar.ts";
import { DAYS } from "../model/time-zones.ts";

/**
 * Zones with every kind of change: none, an hour, half an hour, at midnight, in the south, and odd offsets. None has
 * changed its rules lately: two programs may have different releases of the time zone database.
 */
const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Pacific/Chatham",
  "Asia/Kathmandu",
  "Asia/Beirut",
] as const;

/** Days with a change of the clock in one of the zones, around which mistakes are likely. */
const CHANGES = [
  "2026-03-08T07:00:00Z",
  "2026-03-29T01:00:00Z",
  "2026-04-04T15:00:00Z",
  "2026-09-06T04:00:00Z",
  "2026-10-03T15:30:00Z",
  "2026-10-25T01:00:00Z",
  "2026-11-01T06:00:00Z",
].map((text) => Date.parse(text));

const HOUR = 3_600_000;
const minute = fc.integer({ min: 0, max: 1439 });
const text = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

const period = fc
  .record({
    days: fc.subarray([...DAYS], { minLength: 1 }),
    from: minute,
    to: fc.integer({ min: 0, max: 1440 }),
  })
  .filter(({ from, to }) => from !== to)
  .map(({ days, from, to }): OpenPeriod => ({ days, from: text(from), to: text(to) }));

/** Moments of 2026 and 2027 in whole seconds, many of them near a change of the clock. */
export const moment = fc
  .oneof(
    fc.integer({ min: Date.parse("2026-01-01"), max: Date.parse("2028-01-01") }),
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -30 * HOUR, max: 30 * HOUR }))
      .map(([at, by]) => at + by),
  )
  .map((time) => new Date(Math.floor(time / 1000) * 1000));

const window = fc.record({
  zone: fc.constantFrom(...ZONES),
  periods: fc.array(period, { minLength: 1, maxLength: 3 }),
});
const rfc3339 = (at: Date) => at.toISOString().replace(".000Z", "Z");
const freeze = fc.tuple(fc.option(moment, { nil: undefined }), moment);

/** The windows and freezes of one Stage. */
export interface GeneratedCalendar {
  readonly rules: readonly Omit<ClosingRule, "id" | "stages">[];
  readonly moments: readonly Date[];
}

/** Calendars with moments at which to ask, among them the minutes around the begin and the end of each period. */
export const generatedCalendar: fc.Arbitrary<GeneratedCalendar> = fc
  .tuple(
    fc.array(window, { minLength: 1, maxLength: 2 }),
    fc.array(freeze, { maxLength: 1 }),
    fc.array(moment, { minLength: 4, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([windows, freezes, moments, together]) => ({
    rules: [
      ...windows.map((open) => ({ kind: "window" as const, services: [], reason: "office hours", open })),
      ...(together ? freezes : []).map(([from, until]) => ({
        kind: "freeze" as const,
        services: [],
        reason: "year end",
        ...(from && { from: rfc3339(from) }),
        until: rfc3339(until),
      })),
    ],
    moments: [...moments, ...edges(windows[0], moments[0])],
  }));

/** The second before, and the second of, the begin and end of the first period near a moment. */
function edges(open: ClosingRule["open"], near: Date | undefined): Date[] {
  const [first] = open?.periods ?? [];
  if (!open || !first || !near) return [];
  return [first.from, first.to].flatMap((time) => {
    const day = Temporal.Instant.fromEpochMilliseconds(near.getTime())
      .toZonedDateTimeISO(open.zone)
      .toPlainDate();
    const at = day.toZonedDateTime({
      timeZone: open.zone,
      plainTime: Temporal.PlainTime.from(time === "24:00" ? "00:00" : time),
    }).epochMilliseconds;
    return [new Date(at - 1000), new Date(at)];
  });
}

/** Whether rules close something, by a clock that this project did not write: ECMAScript's Temporal. */
export function isClosedByTemporal(rules: GeneratedCalendar["rules"], at: Date): boolean {
  const instant = Temporal.Instant.fromEpochMilliseconds(at.getTime());
  return rules.some(({ open, from, until }) => {
    if (open) return !open.periods.some((one) => isWithin(one, instant.toZonedDateTimeISO(open.zone)));
    const begun = from === undefined || Temporal.Instant.compare(instant, Temporal.Instant.from(from)) >= 0;
    const over = until !== undefined && Temporal.Instant.compare(instant, Temporal.Instant.from(until)) >= 0;
    return begun && !over;
  });
}

/** Looks for a begin today or yesterday, as civil times. */
function isWithin({ days, from, to }: OpenPeriod, now: Temporal.ZonedDateTime): boolean {
  const civil = now.toPlainDateTime();
  return [0, 1].some((before) => {
    const date = now.toPlainDate().subtract({ days: before });
    const name = DAYS[date.dayOfWeek % 7];
    if (name === undefined || !days.includes(name)) return false;
    const start = date.toPlainDateTime(Temporal.PlainTime.from(from));
    const end =
      to === "24:00"
        ? date.add({ days: 1 }).toPlainDateTime()
        : date.add({ days: to > from ? 0 : 1 }).toPlainDateTime(Temporal.PlainTime.from(to));
    return (
      Temporal.PlainDateTime.compare(start, civil) <= 0 && Temporal.PlainDateTime.compare(civil, end) < 0
    );
  });
}
