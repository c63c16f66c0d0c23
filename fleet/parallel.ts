import { availableParallelism } from "node:os";

/**
 * Runs steps from a lazy list with limited concurrency. After the first failure it waits for running steps and
 * starts no others.
 * @param concurrency the maximum, 1 or more
 * @param onProgress called after each step with the number of finished steps
 * @returns the steps' results, in the order of the list
 */
export async function inParallel<Result>(
  steps: Iterable<() => Promise<Result>>,
  concurrency: number,
  onProgress: (done: number) => void = () => {},
): Promise<Result[]> {
  const iterator = steps[Symbol.iterator]();
  const results: Result[] = [];
  let started = 0;
  let done = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = failed ? undefined : iterator.next();
      if (next === undefined || next.done) return;
      const index = started++;
      try {
        results[index] = await next.value();
      } catch (error) {
        failed = true;
        throw error;
      }
      onProgress(++done);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const failure = workers.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
  return results;
}

/**
 * The number of processes that fit into this machine: one a core at the most.
 * @param each the memory of one, in bytes
 * @param memory the memory for all, in bytes; default: what is free
 */
export function roomFor(each: number, memory: number = process.availableMemory()): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(memory / each)));
}
