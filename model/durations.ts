import { ruled } from "./patterns.ts";

/**
 * The durations that Kargo's definitions accept (pattern of `Warehouse.spec.interval`). Go's `time.ParseDuration`
 * counts nanoseconds.
 */
const DURATION = /^([0-9]{1,12}(\.[0-9]{1,9})?[hms])+$/;

const UNITS = { h: 3600n, m: 60n, s: 1n } as const;
const NANO = 1_000_000_000n;

/** A year. Go accepts 292, but more than one is a typo. */
const LONGEST = 8760 * 3600;

/** Whether a text is a duration such as `1h30m`. */
export function isDuration(text: string): boolean {
  return text.length <= 100 && DURATION.test(text);
}

/** In whole nanoseconds, as in Go: `1.1h` is exactly one hour and six minutes. */
function nanoseconds(duration: string): bigint {
  const parts = [...duration.matchAll(/([0-9]+)(?:\.([0-9]+))?([hms])/g)];
  return parts.reduce((sum, [, whole = "", fraction = "", unit]) => {
    const count = BigInt(whole) * NANO + BigInt(fraction.padEnd(9, "0"));
    return sum + count * UNITS[unit as keyof typeof UNITS];
  }, 0n);
}

/** The length of a duration such as `1h30m`, in seconds. */
export function durationSeconds(duration: string): number {
  return Number(nanoseconds(duration)) / Number(NANO);
}

/**
 * The seconds of a duration as Go prints it, such as `1h0m3.5s` or `250ms`.
 * @returns 0 for anything else
 * @see https://pkg.go.dev/time#Duration.String
 */
export function printedSeconds(duration: string): number {
  if (!/^(\d+(\.\d+)?(ms|µs|ns|[hms]))+$/.test(duration)) return 0;
  return [...duration.matchAll(/([\d.]+)(ms|µs|ns|[hms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * PRINTED[unit as keyof typeof PRINTED],
    0,
  );
}

const PRINTED = { h: 3600, m: 60, s: 1, ms: 1e-3, µs: 1e-6, ns: 1e-9 } as const;

/**
 * A duration of at most a year.
 * @param rule.example for the message
 * @param rule.least the minimum in Go's form; Go prints less than a second in `ms`, which Kargo's definitions
 * refuse
 * @param rule.because the reason for the minimum
 * @param rule.whole whether the API server accepts only whole seconds
 */
export function duration(rule: { example: string; least?: string; because?: string; whole?: boolean }) {
  const { example, least = "1s", because, whole = false } = rule;
  return ruled((text) => {
    if (!isDuration(text)) return `must be a duration such as ${example}`;
    const short = durationSeconds(text) < durationSeconds(least);
    if (short && because !== undefined) return `must be ${least} or more: ${because}`;
    if (short || durationSeconds(text) > LONGEST) return `must be ${least} to 8760h (a year)`;
    return whole && nanoseconds(text) % NANO !== 0n ? "must be whole seconds" : undefined;
  }).meta({ pattern: DURATION.source });
}

/**
 * A duration in Go's form, `10m` as `10m0s`. Kargo stores Warehouse intervals and soak times in this form; any
 * other form would show as drift.
 */
export function goDuration(duration: string): string {
  const total = nanoseconds(duration);
  const fraction = String(total % NANO)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const hours = total / (3600n * NANO);
  const minutes = (total / (60n * NANO)) % 60n;
  const seconds = `${(total / NANO) % 60n}${fraction === "" ? "" : `.${fraction}`}s`;
  if (hours > 0n) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${minutes}m${seconds}` : seconds;
}
