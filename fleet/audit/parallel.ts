/**
 * Runs steps from a lazy list with limited concurrency. After the first failure it waits for running steps and
 * starts no others.
 * @param concurrency the maximum, 1 or more
 * @param told called after each step with the number of finished steps
 */
export async function inParallel(
  steps: Iterable<() => Promise<unknown>>,
  concurrency: number,
  onProgress: (done: number) => void,
): Promise<void> {
  const iterator = steps[Symbol.iterator]();
  let done = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = failed ? undefined : iterator.next();
      if (next === undefined || next.done) return;
      try {
        await next.value();
      } catch (error) {
        failed = true;
        throw error;
      }
      onProgress(++done);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}
