import type { Attempt } from "./hooks-api.ts";

/** A push for which no delivery to a hook succeeded. */
export type Undelivered = ReturnType<typeof undelivered>[number];

/** The listener answered with a 2xx. GitHub follows no redirect, so a 3xx is a failure. */
export function succeeded({ statusCode }: Attempt): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/**
 * The undelivered pushes in the order in which they were made, each with the time of its first attempt, right after the
 * push, and its latest attempt.
 * @param attempts of one hook, newest first, as GitHub lists them
 */
export function undelivered(attempts: readonly Attempt[]) {
  const oldestFirst = attempts.filter(({ event }) => event === "push").toReversed();
  return [...Map.groupBy(oldestFirst, ({ guid }) => guid)].flatMap(([guid, tries]) => {
    const [first, last] = [tries[0], tries.at(-1)];
    if (first === undefined || last === undefined || tries.some(succeeded)) return [];
    return [{ guid, since: first.deliveredAt, last }];
  });
}
