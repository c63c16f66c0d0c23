import type { Catalogue } from "./catalogue.ts";
import { endOfFreeze, type Freeze, startOfFreeze } from "./freeze.ts";
import type { Rollout } from "./selection.ts";
import { meets } from "./selector.ts";
import { DAYS, type Day } from "./time-zones.ts";
import type { Window } from "./windows.ts";

/**
 * A rule that closes Stages: a window outside its open periods, a freeze between its begin and its end, a stop until
 * somebody ends it. A Promotion passes if no rule closes its Stage.
 */
export interface ClosingRule {
  /** Its place in the config, such as `window-0`, or `stop-1`. */
  readonly id: string;
  readonly kind: "window" | "freeze" | "stopped";
  /** Empty: all Stages. */
  readonly stages: readonly string[];
  /** Empty: all services of the cluster. */
  readonly services: readonly string[];
  readonly reason: string;
  /** When a window is open. */
  readonly open?: OpenTimes;
  /** The begin, as RFC 3339 in UTC; undefined for at once. */
  readonly from?: string;
  /** The end, as RFC 3339 in UTC; undefined if nobody knows. */
  readonly until?: string;
  /** Who stopped the line. */
  readonly by?: string;
}

export interface OpenTimes {
  readonly zone: string;
  readonly periods: readonly OpenPeriod[];
}

/** A daily period. If `to` is not after `from`, it ends on the next day. */
export interface OpenPeriod {
  /** The days on which it begins. */
  readonly days: readonly Day[];
  /** `09:00` */
  readonly from: string;
  /** `16:00`, at most `24:00`; the first minute after it. */
  readonly to: string;
}

/** `Mon Tue 09:00-16:00, Fri 09:00-12:00` */
export function periodsText({ periods }: OpenTimes): string {
  return periods.map(({ days, from, to }) => `${days.join(" ")} ${from}-${to}`).join(", ");
}

/**
 * The windows and freezes of a stack. It does not depend on the time, so a second `up` changes nothing.
 * @param services all of the catalogue, whose labels are looked up
 */
export function planCalendar(
  { windows, freeze }: Pick<Rollout, "windows" | "freeze">,
  services: Catalogue["services"],
): ClosingRule[] {
  const rule = (
    kind: "window" | "freeze",
    index: number,
    { stages = [], reason, ...one }: Window | Freeze,
  ) => ({
    id: `${kind}-${index}`,
    kind,
    stages,
    services: servicesOf(one, services),
    reason,
  });
  return [
    ...windows.map((window, index) => ({
      ...rule("window", index, window),
      open: {
        zone: window.zone,
        periods: window.open.map(({ days = [...DAYS], from, to }) => ({ days, from, to })),
      },
    })),
    ...freeze.map((one, index) => ({
      ...rule("freeze", index, one),
      ...(one.from !== undefined && { from: rfc3339(startOfFreeze(one.from)) }),
      until: rfc3339(endOfFreeze(one.until)),
    })),
  ];
}

/** The named services and those with the labels; empty for all. */
function servicesOf({ services, labels }: Pick<Window, "services" | "labels">, all: Catalogue["services"]) {
  const matching = labels
    ? Object.entries(all).flatMap(([name, service]) => (meets({ labels }, name, service) ? [name] : []))
    : [];
  return [...new Set([...(services ?? []), ...matching])];
}

/** A time as the API server's clock reads it. */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}
