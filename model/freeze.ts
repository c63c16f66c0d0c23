import { z } from "zod";
import { covered } from "./windows.ts";

const DAY = 24 * 60 * 60 * 1000;

const moment = z
  .string()
  .refine(
    (text) => [z.iso.date(), z.iso.datetime({ offset: true })].some((form) => form.safeParse(text).success),
    {
      error: ({ input }) =>
        `${JSON.stringify(input)} is not a date: write a day (2026-12-31, which counts whole, in UTC) or a moment with its zone (2026-12-31T18:00:00+01:00).`,
    },
  );

/** Closes these Stages of these services for a while. */
export const freezeSchema = z
  .strictObject({
    ...covered,
    from: moment
      .optional()
      .meta({ description: "The first day (UTC), or a time with its zone. Default: at once." }),
    until: moment.meta({ description: "The last day (UTC), or a time with its zone." }),
  })
  .refine(({ from, until }) => from === undefined || !(startOfFreeze(from) >= endOfFreeze(until)), {
    path: ["until"],
    message: "must be after from",
  });

export type Freeze = z.output<typeof freezeSchema>;

/** A freeze at the time of the plan. */
export interface FreezePlan extends Freeze {
  /** Whether it has ended. */
  readonly over: boolean;
}

/** @param now the time of the plan */
export function planFreezes(freezes: readonly Freeze[], now: Date): FreezePlan[] {
  return freezes.map((freeze) => ({ ...freeze, over: now.getTime() >= endOfFreeze(freeze.until) }));
}

/** The begin of a freeze in milliseconds since 1970. */
export function startOfFreeze(from: string): number {
  return Date.parse(from);
}

/** The end of a freeze in milliseconds since 1970. A date means the end of that day. */
export function endOfFreeze(until: string): number {
  return Date.parse(until) + (until.includes("T") ? 0 : DAY);
}
