import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  changeRecords,
  claimRecords,
  isAlive,
  type ProcessRecords,
  type RecordedProcess,
  readRecords,
  removeRecords,
} from "./process-records.ts";
import { SandboxError } from "./sandbox-error.ts";
import { isEnding, waitForSignal } from "./signals.ts";
import { signalGroup } from "./toolchain/process-group.ts";
import { startOf } from "./toolchain/process-identity.ts";

export type { ProcessRecords, RecordedProcess } from "./process-records.ts";
export { isAlive, readRecords } from "./process-records.ts";

/** A program to start. */
interface Program {
  /** Its display name, for example `kube-apiserver`. */
  readonly name: string;
  /** The path of the program. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** The file that receives its output. */
  readonly log: string;
  /** The address at which it will listen, if any. */
  readonly url?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A program that was started by this process. */
export interface StartedProcess extends RecordedProcess {
  /** Resolves when it ends, with the reason: `exit code 1` or `SIGKILL`. */
  readonly ended: Promise<string>;
}

/** How long a program may take to end after SIGTERM before it is killed, in milliseconds. */
const GRACE = 4_000;

/** How long the system may take to carry out a SIGKILL, in milliseconds. */
const KILL_LIMIT = 5_000;

/** Waits until the process is recorded, then runs the program. Exits if the parent dies first. */
const LAUNCHER = 'read -r recorded || exit 125; exec "$@" </dev/null';

/**
 * Makes this process the owner of a folder's processes. Stops leftovers of a dead owner first.
 * @throws SandboxError if the owner lives, or if a detached sandbox runs
 */
export async function claimDirectory(directory: string): Promise<void> {
  // The signal handler may already have listed the processes to stop, so none may start after it.
  await waitForSignal();
  while (!(await claimRecords(directory))) {
    const records = await readRecords(directory);
    if (records === undefined) {
      continue;
    }
    if (
      records.owner.pid === process.pid &&
      records.processes.length === 0 &&
      (await isAlive(records.owner))
    ) {
      return;
    }
    if (await isInUse(records)) {
      const who = records.detached ? "in the background" : `started by process ${records.owner.pid}`;
      throw new SandboxError(
        `A sandbox is already running in ${directory} (${who}). Stop it with: npm run sandbox:down`,
      );
    }
    await stopAll(records.processes, GRACE);
    await removeRecords(directory, records);
  }
}

/** Whether the processes have an owner: it lives, or they are detached and all run. */
export async function isInUse(records: ProcessRecords): Promise<boolean> {
  if (!records.detached) {
    return isAlive(records.owner);
  }
  const alive = await Promise.all(records.processes.map(isAlive));
  return alive.length > 0 && alive.every(Boolean);
}

/** Lets the processes of a folder outlive this one. */
export async function detachRecorded(directory: string): Promise<void> {
  await changeRecords(directory, (records) => ({ ...records, detached: true }));
}

/**
 * Starts a program in its own process group. The program runs only after `processes.json` names it, so the next
 * start finds it even after a `kill -9` of this process. It does not start while a signal ends this process,
 * because the signal handler may have listed the processes already.
 */
export async function startRecorded(directory: string, program: Program): Promise<StartedProcess> {
  await mkdir(dirname(program.log), { recursive: true, mode: 0o700 });
  const log = await open(program.log, "a", 0o600);
  try {
    const child = spawn("/bin/sh", ["-c", LAUNCHER, "sh", program.path, ...program.arguments], {
      detached: true,
      env: program.environment ?? process.env,
      stdio: ["pipe", log.fd, log.fd],
    });
    const ended = endOf(child);
    const { pid, stdin } = child;
    const started = pid === undefined ? undefined : await startOf(pid);
    if (pid === undefined || started === undefined) {
      throw new SandboxError(`${program.name} could not be started: ${await ended}.`);
    }
    const recorded: RecordedProcess = {
      name: program.name,
      pid,
      started,
      log: program.log,
      ...(program.url === undefined ? {} : { url: program.url }),
    };
    // A launcher that has already ended must not fail the write.
    stdin?.on("error", () => undefined);
    await changeRecords(directory, (records) => ({
      ...records,
      processes: [...records.processes, recorded],
    })).catch((error: Error) => {
      stdin?.end();
      throw error;
    });
    if (isEnding()) {
      stdin?.end();
      await waitForSignal();
    }
    stdin?.end("recorded\n");
    child.unref();
    return { ...recorded, ended };
  } finally {
    await log.close();
  }
}

/**
 * Stops the recorded processes in reverse start order and removes the records: SIGTERM to the process group, then
 * SIGKILL after the grace time. Skips a process that is no longer the recorded one.
 */
export async function stopRecorded(directory: string, options: { grace?: number } = {}): Promise<void> {
  for (;;) {
    const records = await readRecords(directory);
    if (records === undefined) {
      return;
    }
    await stopAll(records.processes, options.grace ?? GRACE);
    if (await removeRecords(directory, records)) {
      return;
    }
  }
}

/** Waits until one of these processes ends, and returns it. */
export async function firstEnded(processes: readonly RecordedProcess[]): Promise<RecordedProcess> {
  for (;;) {
    for (const recorded of processes) {
      if (!(await isAlive(recorded))) {
        return recorded;
      }
    }
    await pause(500);
  }
}

/** Stops one recorded process and removes its record. */
export async function stopOne(directory: string, recorded: RecordedProcess): Promise<void> {
  await stopProcess(recorded, GRACE);
  await changeRecords(directory, (records) => ({
    ...records,
    processes: records.processes.filter(
      ({ pid, started }) => pid !== recorded.pid || started !== recorded.started,
    ),
  }));
}

/** The last eight lines of a log, for error messages. */
export async function lastLines(log: string): Promise<string> {
  const text = await readFile(log, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-8).join("\n");
}

async function stopAll(processes: readonly RecordedProcess[], grace: number): Promise<void> {
  for (const recorded of processes.toReversed()) {
    await stopProcess(recorded, grace);
  }
}

async function stopProcess(recorded: RecordedProcess, grace: number): Promise<void> {
  if (!(await isAlive(recorded))) {
    return;
  }
  signalGroup(recorded.pid, "SIGTERM");
  const deadline = Date.now() + grace;
  while ((await isAlive(recorded)) && Date.now() < deadline) {
    await pause(20);
  }
  // Also kills the rest of its group. The id cannot be reused while a process of the group lives.
  signalGroup(recorded.pid, "SIGKILL");
  while (await isAlive(recorded)) {
    if (Date.now() > deadline + KILL_LIMIT) {
      throw new SandboxError(
        `${recorded.name} (process ${recorded.pid}) does not end. End it: kill -9 ${recorded.pid}`,
      );
    }
    await pause(20);
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}
