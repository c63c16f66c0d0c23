import { setTimeout as pause } from "node:timers/promises";
import { lastLines, type StartedProcess } from "../processes.ts";
import { SandboxError } from "../sandbox-error.ts";

/** The process ended before it was ready. */
export class EndedEarly extends SandboxError {
  /** Whether its port was taken by another program. The message ends with what it printed. */
  readonly portTaken = /address already in use/i.test(this.message);
}

/** How long a program may take to become ready on a slow machine, in milliseconds. */
const LIMIT = 90_000;

/**
 * Waits until `probe` returns something else than false, and returns that.
 * @throws EndedEarly if the process ends first, with its last log lines
 * @throws SandboxError if the time limit is exceeded
 */
export async function untilReady<Found>(
  started: StartedProcess,
  probe: () => Promise<Found | false>,
): Promise<Found> {
  let how: string | undefined;
  void started.ended.then((ended) => {
    how = ended;
  });
  const deadline = Date.now() + LIMIT;
  for (;;) {
    // A program that has just started refuses connections.
    const found = await probe().catch((): false => false);
    if (how !== undefined) {
      const lines = await lastLines(started.log);
      throw new EndedEarly(
        `${started.name} ended before it was ready (${how}). The last lines of ${started.log}:\n${lines}`,
      );
    }
    if (found !== false) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new SandboxError(
        `${started.name} was not ready within ${LIMIT / 1000} s. The last lines of ${started.log}:\n${await lastLines(started.log)}`,
      );
    }
    await pause(50);
  }
}
