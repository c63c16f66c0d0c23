import type { Attempt } from "./hooks-api.ts";

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
