import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { claimDirectory, startRecorded, stopRecorded } from "../processes.ts";

/** Starts a shell script as a recorded program. */
export const startScript = (directory: string, name: string, script: string) =>
  startRecorded(directory, {
    name,
    path: "/bin/sh",
    arguments: ["-c", script],
    log: join(directory, `${name}.log`),
  });

/** Starts a process that runs `body` with the functions of processes.ts and signals.ts. */
export function spawnNode(body: string) {
  const processes = JSON.stringify(join(import.meta.dirname, "../processes.ts"));
  const signals = JSON.stringify(join(import.meta.dirname, "../signals.ts"));
  const code = `import * as processes from ${processes}; import * as signals from ${signals}; ${body}`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** The same for a `body` after which the process waits to be killed. Returns when it waits. */
export async function spawnWaiting(body: string) {
  const other = spawnNode(`${body}; console.log("up"); setInterval(() => {}, 1000)`);
  await once(other.stdout, "data");
  return other;
}

/** Waits for a file that a script creates. */
export async function untilExists(file: string): Promise<void> {
  while (!(await stat(file).catch(() => undefined))) {
    await pause(20);
  }
}

/**
 * Sets up, for the tests of the surrounding `describe`, a folder that this process owns. Its programs are stopped after each test.
 * @returns the folder's path
 */
export function ownedFolder(): () => string {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "kargo-fleet-processes-"));
    await claimDirectory(directory);
  });

  afterEach(async () => {
    await stopRecorded(directory, { grace: 0 });
    await rm(directory, { recursive: true, force: true });
  });
  return () => directory;
}
