import { z } from "zod";
import { DAYS, timeZone } from "./time-zones.ts";

/** The longest reason; all reasons together must fit into the API server's answer. */
const LONGEST_REASON = 200;

/** What a rule covers and why: the common keys of windows and freezes. */
export const covered = {
  stages: z.array(z.string()).min(1).optional().meta({ description: "Which Stages. Default: all." }),
  services: z.array(z.string()).min(1).optional().meta({ description: "Which services. Default: all." }),
  labels: z
    .record(z.string(), z.string())
    .refine((labels) => Object.keys(labels).length > 0, "must name a label")
    .optional()
    .meta({ description: "Services with all of these labels, in addition to services." }),
  reason: z
    .string()
    .trim()
    .min(1)
    .max(LONGEST_REASON)
    .regex(/^\P{C}*$/u, "must be one line without control characters")
    .meta({ description: "The reason, shown in messages." }),
};

const time = (pattern: RegExp, example: string) =>
  z.string().regex(pattern, `must be a time of day in quotes, such as "${example}"`);

const period = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .optional()
      .meta({ description: "The days on which it begins: Mon, Tue, … Default: every day." }),
    from: time(/^([01]\d|2[0-3]):[0-5]\d$/, "09:00").meta({ description: "The first minute." }),
    to: time(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "16:00").meta({
      description: "The first minute after it; earlier than from means on the next day.",
    }),
  })
  .refine(({ from, to }) => from !== to, {
    path: ["to"],
    message: 'must differ from "from"; a whole day is from "00:00" to "24:00"',
  });

/** The times at which Promotions to some Stages may begin; at all other times the API server refuses them. */
export const windowSchema = z.strictObject({
  ...covered,
  zone: timeZone.meta({ description: "The time zone of open, such as Europe/Berlin." }),
  open: z.array(period).min(1).meta({ description: "When Promotions may begin." }),
});

export type Window = z.output<typeof windowSchema>;
