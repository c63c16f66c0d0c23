import { z } from "zod";

/**
 * Exact names only: the API server's clock is case-sensitive, and `Local` would mean the zone of its host.
 * @see https://www.iana.org/time-zones
 */
const NAME = /^(UTC|[A-Z][A-Za-z_+-]*(\/[A-Z][A-Za-z0-9_+-]*){1,2})$/;

/** The name of a time zone, such as `Europe/Berlin`. */
export const timeZone = z.string().refine((name) => NAME.test(name) && isKnown(name), {
  error: ({ input }) =>
    `${JSON.stringify(input)} is not the name of a time zone: write one of the IANA database, such as Europe/Berlin or UTC.`,
});

export const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
export type Day = (typeof DAYS)[number];

const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * The clock of a time zone at a moment, by the zones of this Node. The API server has its own copy of them.
 * @returns the day's place in {@link DAYS}, and a time such as `09:05`; texts of this form sort by time
 */
export function wallClock(zone: string, at: Date): { readonly day: number; readonly time: string } {
  const known = clocks.get(zone) ?? clockOf(zone);
  clocks.set(zone, known);
  const parts = Object.fromEntries(known.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: (DAYS as readonly string[]).indexOf(parts.weekday ?? ""),
    time: `${parts.hour}:${parts.minute}`,
  };
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

function isKnown(name: string): boolean {
  try {
    const { timeZone } = clockOf(name).resolvedOptions();
    // A link such as Asia/Kolkata may resolve to another name, but never to the same one in other letters.
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}
