/** Waits until the next call may start. */
export type Pace = () => Promise<void>;

/**
 * Spaces the starts of calls.
 * @param interval in milliseconds
 * @param now a monotonic clock in milliseconds
 */
export function paceOf(
  interval: number,
  pause: (milliseconds: number) => Promise<void>,
  now: () => number = () => performance.now(),
): Pace {
  let next = 0;
  return async () => {
    const wait = next - now();
    next = Math.max(next, now()) + interval;
    if (wait > 0) await pause(wait);
  };
}
