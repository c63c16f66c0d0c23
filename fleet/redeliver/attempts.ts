/** One attempt of GitHub to deliver an event to a hook, from its list of deliveries. */
export interface Attempt {
  /** Up to 19 digits, which exceeds a number. */
  readonly id: string;
  /** All attempts of one event have the same GUID. */
  readonly guid: string;
  readonly event: string;
  /** ISO 8601. */
  readonly deliveredAt: string;
  /** GitHub's words: `OK`, `timed out`, `Invalid HTTP Response: 503`. */
  readonly status: string;
  readonly statusCode: number;
}

/** A push for which no delivery to a hook succeeded. */
export interface Undelivered {
  readonly guid: string;
  /** The time of the first attempt, right after the push. ISO 8601. */
  readonly since: string;
  /** The latest failed attempt. */
  readonly last: Attempt;
}

/** The listener answered with a 2xx. GitHub follows no redirect, so a 3xx is a failure. */
export function succeeded({ statusCode }: Attempt): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/**
 * The undelivered pushes in the order in which they were made.
 * @param attempts of one hook, newest first, as GitHub lists them
 */
export function undelivered(attempts: readonly Attempt[]): Undelivered[] {
  const oldestFirst = attempts.filter(({ event }) => event === "push").toReversed();
  return [...Map.groupBy(oldestFirst, ({ guid }) => guid)].flatMap(([guid, tries]) => {
    const [first, last] = [tries[0], tries.at(-1)];
    if (first === undefined || last === undefined || tries.some(succeeded)) return [];
    return [{ guid, since: first.deliveredAt, last }];
  });
}
