import { mkdir } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { NamedPlan } from "../chosen-stacks.ts";
import type { ClusterChoice } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { type Lock, takeLock } from "../lock.ts";
import { lockFolder, ownerState, readLocks } from "../recovery/locks.ts";
import { thisMachine } from "../recovery/machine.ts";
import { planRecovery, settle } from "../recovery/recover.ts";
import { blockedItems } from "../recovery/report.ts";
import { owner } from "../recovery/stack-lock.ts";
import { openTools } from "../recovery/tools.ts";
import { NOTES, notes } from "./records.ts";

/** Somebody else updates a stack of the cluster. */
export class Busy extends FleetError {}

/**
 * The right to bring up a cluster. There is one `fleet up` per folder; on other machines the engine's own lock of each
 * stack remains.
 * @throws Busy if somebody else has it
 */
export async function onlyOne(cluster: string): Promise<Lock> {
  await mkdir(NOTES, { recursive: true });
  const onWait = (holder: string) => {
    throw new Busy(`Another fleet up runs: ${holder || "a process that has just begun"}.`);
  };
  const lock = await takeLock(join(NOTES, "lock"), { onWait });
  await lock.describe(
    `fleet up of cluster ${cluster}, by ${userInfo().username} on ${hostname()}, since ${new Date().toISOString()}`,
  );
  return lock;
}

/** A stack that an interrupted run left behind, and how that is known. */
type Interrupted = { readonly stack: NamedPlan; readonly why: string };

/**
 * The stacks that must be recovered before an `up`: their lock's owner has died, or this command began a run and
 * never saw its end.
 * @param backend its URL
 * @throws Busy if a stack is being updated
 * @throws FleetError if it cannot be known whether a lock's owner lives
 */
export async function interrupted(stacks: readonly NamedPlan[], backend: string): Promise<Interrupted[]> {
  const machine = thisMachine();
  const found = stacks.map(async (stack): Promise<Interrupted[]> => {
    const began = notes.wasRunning(stack.name);
    const folder = lockFolder(backend, stack.name);
    // To remove a lock of such a backend may end somebody's update.
    if (folder === undefined && began)
      throw new FleetError(
        `The last run on stack ${stack.name} was interrupted, and the locks of its backend cannot be checked from here. Make sure that nobody updates it, then: npm run fleet -- recover --stack ${stack.name} --owner-is-dead`,
      );
    const locks = folder === undefined ? [] : await readLocks(folder);
    for (const lock of locks) {
      const state = ownerState(lock, machine);
      if (state === "alive") throw new Busy(`Stack ${stack.name} is being updated by ${owner(lock)}.`);
      if (state === "unknown")
        throw new FleetError(
          `Stack ${stack.name} is locked by ${owner(lock)}, and ${machine.host} cannot check whether that process still runs. If it has ended: npm run fleet -- recover --stack ${stack.name} --owner-is-dead`,
        );
    }
    const [lock] = locks;
    if (lock) return [{ stack, why: `${owner(lock)} has died and left its lock` }];
    return began ? [{ stack, why: "its last run was interrupted" }] : [];
  });
  return (await Promise.all(found)).flat();
}

/**
 * Recovers a stack as `fleet recover` does: removes the lock, settles pending operations, imports what was made.
 * @returns one line about what it did
 * @throws FleetError if something is in the way
 */
export async function mend({ name, plan }: NamedPlan, choice: ClusterChoice): Promise<string> {
  const tools = await openTools(plan, { ...choice, stack: name });
  try {
    const options = { stack: name, ownerIsDead: false };
    const found = await planRecovery(plan, options, tools);
    const taken = await settle(found, options, tools);
    const blocked = blockedItems(found);
    if (blocked.length > 0)
      throw new FleetError(
        `${blocked.length} objects are in the way of stack ${name}. They are named by: npm run fleet -- recover --stack ${name} --dry-run`,
      );
    await notes.end(name);
    const count =
      taken.length === 0 ? "nothing was missing from its state" : `recorded ${taken.length} resources`;
    return `recovered stack ${name}: ${count}`;
  } finally {
    tools.close();
  }
}
