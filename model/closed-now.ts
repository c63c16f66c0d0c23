import type { ClosingRule, OpenTimes } from "./calendar.ts";
import { DAYS, wallClock } from "./time-zones.ts";

/** A window, freeze or stop that refuses Promotions now. */
export interface ClosedNow extends Pick<ClosingRule, "kind" | "reason" | "stages" | "services"> {
  /** When this rule opens; ISO 8601, UTC. Undefined if nobody knows. */
  readonly until?: string;
}

const MINUTE = 60_000;
/** A weekly period may be skipped once, if a change of the clock swallows it. */
const LONGEST_WAIT = 15 * 24 * 60 * MINUTE;

/** The rules that close something now. */
export function closedNow(rules: readonly ClosingRule[], now: Date): ClosedNow[] {
  return rules
    .filter((rule) => isClosed(rule, now))
    .map((rule) => {
      const { kind, reason, stages, services } = rule;
      const until = nextChange(rule, now)?.toISOString();
      return { kind, reason, stages, services, ...(until !== undefined && { until }) };
    });
}

/** Whether a rule closes its Stages at a moment. */
export function isClosed({ open, from, until }: ClosingRule, at: Date): boolean {
  if (open) return !isOpen(open, at);
  const time = at.getTime();
  return time >= Date.parse(from ?? "0000-01-01") && time < Date.parse(until ?? "9999-12-31");
}

/** When a rule next begins or ends to close its Stages; undefined if nobody knows, or never. */
export function nextChange(rule: ClosingRule, now: Date): Date | undefined {
  if (!rule.open) {
    const ends = [rule.from, rule.until].flatMap((one) => (one === undefined ? [] : [Date.parse(one)]));
    const later = ends.filter((end) => end > now.getTime());
    return later.length === 0 ? undefined : new Date(Math.min(...later));
  }
  const was = isOpen(rule.open, now);
  const start = Math.floor(now.getTime() / MINUTE) * MINUTE + MINUTE;
  for (let time = start; time <= start + LONGEST_WAIT; time += MINUTE)
    if (isOpen(rule.open, new Date(time)) !== was) return new Date(time);
  return undefined;
}

/**
 * The clock on the wall decides: an hour that a change of the clock repeats counts twice, and one that it skips
 * never comes.
 */
function isOpen({ zone, periods }: OpenTimes, at: Date): boolean {
  const { day, time } = wallClock(zone, at);
  const [today, yesterday] = [DAYS[day], DAYS[(day + 6) % 7]];
  return periods.some(({ days, from, to }) => {
    const [beganToday, beganYesterday] = [today, yesterday].map((one) => days.some((name) => name === one));
    if (from < to) return beganToday && from <= time && time < to;
    return (beganToday && from <= time) || (beganYesterday && time < to);
  });
}
