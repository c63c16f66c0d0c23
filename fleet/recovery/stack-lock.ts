import { setTimeout as pause } from "node:timers/promises";
import { FleetError } from "../fleet-error.ts";
import type { Engine } from "./engine.ts";
import { type Lock, lockFolder, ownerState, readLocks } from "./locks.ts";
import { thisMachine } from "./machine.ts";

export interface StackLockOptions {
  readonly stack: string;
  /** The user confirms that no update of this stack runs anywhere. */
  readonly ownerIsDead: boolean;
}

/**
 * Makes sure that nobody updates the stack. A lock with a living owner is respected; a lock with an unknown owner
 * needs the user's confirmation.
 * @returns the locks of dead owners; undefined if the backend's locks cannot be read
 * @throws FleetError with process, user, host and time of the lock
 */
export async function requireUnlocked(
  engine: Pick<Engine, "backend">,
  { stack, ownerIsDead }: StackLockOptions,
): Promise<readonly Lock[] | undefined> {
  const backend = await engine.backend();
  const folder = lockFolder(backend, stack);
  if (folder === undefined) {
    if (ownerIsDead) return undefined;
    throw new FleetError(
      `The locks of ${withoutPassword(backend)} cannot be checked from here. Make sure that no update of stack ${stack} runs anywhere (a pipeline, a colleague, the Pulumi operator), then add --owner-is-dead.`,
    );
  }
  const locks = await settled(folder);
  const machine = thisMachine();
  for (const lock of locks) {
    const known = ownerState(lock, machine);
    if (known === "alive")
      throw new FleetError(`Stack ${stack} is being updated by ${owner(lock)}. Wait for it, or stop it.`);
    if (known === "unknown" && !ownerIsDead)
      throw new FleetError(
        `Stack ${stack} is locked by ${owner(lock)}, and ${machine.host} cannot check whether that process still runs. If it has ended, add --owner-is-dead.`,
      );
  }
  return locks;
}

/** An engine that is starting or ending may hold a lock for a moment. */
async function settled(folder: string): Promise<Lock[]> {
  const locks = await readLocks(folder);
  if (locks.every((lock) => lock.owner !== undefined)) return locks;
  await pause(200);
  return readLocks(folder);
}

/** The owner of a lock, for people. */
export function owner({ file, owner: known }: Lock): string {
  if (known === undefined) return `an unknown owner (${file})`;
  return `process ${known.pid} of ${known.user} on ${known.host}, since ${known.since.toISOString()}`;
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}
