import assert from "node:assert/strict";
import { resolve } from "node:path";
import { execa } from "execa";
import { sharedPrograms } from "./control-plane.ts";
import type { Run } from "./fleet-program/engine-commands.ts";

/** Where a command runs. Its environment extends that of this process. */
export interface Place {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a command printed, and how it ended. */
export interface Ended {
  /** Both of the following, in the order of writing. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
  readonly failed: boolean;
}

/** Starts a program. It may be awaited, and does not reject if the program fails. */
export function start({ folder, environment }: Place, file: string, args: readonly string[]) {
  return execa(file, args, { cwd: folder, env: environment, reject: false, all: true });
}

/** The end of a started program. */
export async function ended(started: ReturnType<typeof start>): Promise<Ended> {
  const { all, stdout, stderr, exitCode, failed } = await started;
  return { output: all, stdout, stderr, code: exitCode, failed };
}

/** Runs `npm run fleet -- …`. */
export const fleetIn = (place: Place, ...args: readonly string[]): Promise<Ended> =>
  ended(start(place, "node", [resolve("fleet/main.ts"), ...args]));

export const pulumiIn = (place: Place, ...args: readonly string[]): Promise<Ended> =>
  ended(start(place, "pulumi", [...args, "--non-interactive"]));

/** Runs kubectl as the administrator of a cluster. @returns what it prints on stdout */
export async function kubectl(
  { admin }: { readonly admin: string },
  args: readonly string[],
  input = "",
): Promise<string> {
  const { programs } = await sharedPrograms();
  return (await execa(programs.kubectl, ["--kubeconfig", admin, ...args], { input })).stdout;
}

/** @throws AssertionError with the output if the command failed */
export async function succeeds<Done extends Pick<Ended, "failed" | "output">>(
  run: Promise<Done>,
): Promise<Done> {
  const done = await run;
  assert.equal(done.failed, false, done.output);
  return done;
}

/** Checks that a run succeeds and finds all resources unchanged. */
export async function changesNothing(run: Promise<Run>): Promise<void> {
  assert.deepEqual([...new Set(Object.values((await succeeds(run)).steps))], ["same"]);
}
