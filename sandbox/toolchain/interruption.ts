import { ToolchainError } from "./errors.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does work that a person may interrupt: Ctrl-C raises the signal that the work is given, and what comes of it is a
 * {@link ToolchainError}. The caller's own handlers run as well and may even exit, so what must not be left behind
 * then is tidied up on the process's "exit" too.
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
        "Interrupted. Nothing half-built is left behind; run again to go on, Go keeps what it has compiled so far.",
      );
    }
    throw error;
  } finally {
    for (const signal of signals) {
      process.off(signal, onSignal);
    }
  }
}
