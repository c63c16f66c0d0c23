import { z } from "zod";

/** What Kargo's CRDs accept as a duration (pattern of `Warehouse.spec.interval`). */
export const DURATION = /^([0-9]+(\.[0-9]+)?(s|m|h))+$/;

const SECONDS = { h: 3600, m: 60, s: 1 } as const;

/** The length of a duration such as `1h30m`, in seconds. */
export function durationSeconds(duration: string): number {
  const parts = [...duration.matchAll(/([0-9]+(?:\.[0-9]+)?)([hms])/g)];
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
}

/** A year: Go itself counts to 292, but whoever writes more than one has slipped. */
const LONGEST = 8760 * 3600;

/** A duration as a person writes it: one second to a year, since Go prints less in `ms`, which Kargo's definitions refuse. */
export function duration(example: string) {
  const within = (text: string) => durationSeconds(text) >= 1 && durationSeconds(text) <= LONGEST;
  return z
    .string()
    .regex(DURATION, `must be a duration such as ${example}`)
    .refine((text) => !DURATION.test(text) || within(text), { error: "must be 1s to 8760h (a year)" });
}

/**
 * A duration the way Go prints it, `10m` as `10m0s`: Kargo stores Warehouse intervals and soak times so, and a
 * duration written otherwise would show as drift after the first reconcile.
 */
export function goDuration(duration: string): string {
  const total = durationSeconds(duration);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = Number((total % 60).toFixed(9));
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
