/** Waits until the next call of its kind may begin. */
export type Pace = () => Promise<void>;

/**
 * Keeps the beginnings of calls apart, however many want to begin at once.
 *
 * @param interval in milliseconds
 * @param now milliseconds of a clock that only goes forward
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
