import { durationSeconds, isDuration } from "../../model/durations.ts";

/**
 * How long GitHub keeps deliveries, in hours.
 * @see https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
const KEPT_HOURS = 72;

/**
 * Parses `--since`: a duration (`90m`, `2h`) or a time (`2026-11-25T12:00:00Z`).
 * @returns an error message if it is invalid or too long ago for GitHub
 */
export function sinceOf(text: string, now: Date): Date | string {
  const moment = isDuration(text)
    ? new Date(now.getTime() - durationSeconds(text) * 1000)
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)
      ? new Date(text)
      : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime()))
    return "It must be a duration such as 90m or 2h, or a time such as 2026-11-25T12:00:00Z.";
  if (moment > now) return "It must not be in the future.";
  if (now.getTime() - moment.getTime() > KEPT_HOURS * 3_600_000)
    return `GitHub keeps deliveries for ${KEPT_HOURS} h.`;
  return moment;
}
