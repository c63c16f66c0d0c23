import { ToolchainError } from "./errors.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs work that the user may interrupt: Ctrl-C aborts the signal, and the failure becomes a {@link
 * ToolchainError}. Other Ctrl-C handlers run too and may exit the process, so essential cleanup must also run on
 * the process's "exit".
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  for (const signal of signals) {
    process.on(signal, onSignal);
  }
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) {
      throw new ToolchainError(
        "interrupted",
        "Interrupted. No partial files are left. Run again to continue; Go keeps what it has compiled.",
      );
    }
    throw error;
  } finally {
    for (const signal of signals) {
      process.off(signal, onSignal);
    }
  }
}
