import { setTimeout as pause } from "node:timers/promises";
import { lastLines, type StartedProcess } from "../processes.ts";
import { SandboxError } from "../sandbox-error.ts";

/** The process ended before it was ready. */
export class EndedEarly extends SandboxError {
  /** Whether its port was taken by another program. */
  readonly portTaken: boolean;

  constructor(message: string, portTaken: boolean) {
    super(message);
    this.portTaken = portTaken;
  }
}

/** How long a program may take to become ready on a slow machine, in milliseconds. */
const LIMIT = 90_000;

/**
 * Waits until `isReady` returns true.
 * @throws EndedEarly if the process ends first, with its last log lines
 * @throws SandboxError if the time limit is exceeded
 */
export async function untilReady(
  started: StartedProcess,
  isReady: () => Promise<boolean>,
  limit = LIMIT,
): Promise<void> {
  let how: string | undefined;
  void started.ended.then((ended) => {
    how = ended;
  });
  const deadline = Date.now() + limit;
  for (;;) {
    // A program that has just started refuses connections.
    const ready = await isReady().catch(() => false);
    if (how !== undefined) {
      const lines = await lastLines(started.log);
      const portTaken = /address already in use/i.test(lines);
      throw new EndedEarly(
        `${started.name} ended before it was ready (${how}). The last lines of ${started.log}:\n${lines}`,
        portTaken,
      );
    }
    if (ready) {
      return;
    }
    if (Date.now() > deadline) {
      throw new SandboxError(
        `${started.name} was not ready within ${limit / 1000} s. The last lines of ${started.log}:\n${await lastLines(started.log)}`,
      );
    }
    await pause(50);
  }
}
