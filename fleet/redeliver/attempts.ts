/** One attempt of GitHub to deliver an event to a hook, as its list of deliveries shows it. */
export interface Attempt {
  /** Of up to 19 digits, more than a number holds. */
  readonly id: string;
  /** The same for all attempts of one event. */
  readonly guid: string;
  readonly event: string;
  /** ISO 8601. */
  readonly deliveredAt: string;
  /** GitHub's words: `OK`, `timed out`, `Invalid HTTP Response: 503`. */
  readonly status: string;
  readonly statusCode: number;
}

/** A push of which a hook does not know: no attempt to tell it has succeeded. */
export interface Undelivered {
  readonly guid: string;
  /** When GitHub first tried: right after the push. ISO 8601. */
  readonly since: string;
  /** The latest attempt, and its failure. */
  readonly last: Attempt;
}

/** The listener has it: it answered with a 2xx. GitHub follows no redirect, so a 3xx reached nobody. */
export function succeeded({ statusCode }: Attempt): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/**
 * The pushes that no attempt has delivered, oldest first: so that they arrive in the order in which they were made.
 *
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
