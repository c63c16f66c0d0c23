import { constants } from "node:os";

type Stop = () => Promise<unknown>;

/** The signals that end a program. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const stops: Stop[] = [];
let ending = false;

/**
 * Makes Ctrl-C, SIGTERM and SIGHUP run `stop` and then end this process with the usual exit code (130 after
 * Ctrl-C). Several functions run one after the other, the newest first. Further signals are ignored meanwhile,
 * because npm repeats Ctrl-C.
 * @returns a function that removes `stop` again
 */
export function stopOnSignals(stop: Stop): () => void {
  if (stops.length === 0) {
    ENDING.forEach((signal) => void process.on(signal, end));
  }
  stops.push(stop);
  return () => {
    const index = stops.indexOf(stop);
    if (index >= 0) {
      stops.splice(index, 1);
    }
    if (stops.length === 0 && !ending) {
      ENDING.forEach((signal) => void process.off(signal, end));
    }
  };
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (ending) {
    return;
  }
  ending = true;
  for (const stop of stops.toReversed()) {
    await stop().catch((error: Error) => void process.stderr.write(`${error.message}\n`));
  }
  process.exit(128 + constants.signals[signal]);
}

/** Whether a signal is ending this process. */
export function isEnding(): boolean {
  return ending;
}

/**
 * If a signal is ending this process, waits for the end. A failure in that time has been caused by the stop and
 * needs no message.
 */
export async function waitForSignal(): Promise<void> {
  if (ending) {
    await new Promise<never>(() => {});
  }
}
