import { constants } from "node:os";

type Stop = () => Promise<unknown>;

/** What a terminal or an init system sends to end a program. */
const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const stops: Stop[] = [];
let ending = false;

/**
 * From now on Ctrl-C, SIGTERM and SIGHUP first run `stop`, then end this process with the exit code that a shell
 * gives such an end (130 after Ctrl-C). Several are run one after the other, the newest first. Further signals are
 * ignored meanwhile: npm passes Ctrl-C on to a program that the terminal has told already.
 *
 * @returns a function that takes the arrangement back
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
 * Where a signal is ending this process, waits until it has: what fails now fails because it was stopped, and nobody
 * need complain about it.
 */
export async function leaveItToSignals(): Promise<void> {
  if (ending) {
    await new Promise<never>(() => {});
  }
}
