/** What Kargo knows of a piece of Freight in a Stage. */
export interface Stay {
  /** The seconds of its longest stay that has ended; 0 if there is none. */
  readonly longest: number;
  /** Since when it is there; undefined if it is not. */
  readonly since: string | undefined;
}

/**
 * When Freight has soaked long enough in a Stage, by Kargo's rule: its longest stay counts, or the present one.
 * @param required the soak time in seconds
 * @returns milliseconds since 1970; 0 if an earlier stay was long enough; undefined if it left too early, so that no
 * time runs
 */
export function soakEnd({ longest, since }: Stay, required: number): number | undefined {
  if (longest >= required) return 0;
  const begin = Date.parse(since ?? "");
  return Number.isNaN(begin) ? undefined : begin + required * 1000;
}
