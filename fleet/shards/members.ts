import { shardIn } from "../../model/shard-file.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { workingDirectory } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { inParallel } from "../parallel.ts";
import { openEngine } from "../recovery/engine.ts";
import { requireUnlocked } from "../recovery/stack-lock.ts";
import type { Exported } from "../recovery/state.ts";
import { recordOf, resourcesOf, servicesIn, withRecord } from "./exported-state.ts";
import { documentOf, surplusOf } from "./keep.ts";
import type { ReshardOptions } from "./reshard.ts";
import { exportedState, importState, stacksThere } from "./stacks.ts";
import type { Member } from "./transfer.ts";

/** How many calls of the CLI run side by side. */
const AT_ONCE = 2;

type Tell = (line: string) => void;

/**
 * The stack and all its shards in the backend, with their states.
 * @throws FleetError if one is being updated or was interrupted, is no shard of the stack, or cannot be read
 */
export async function readMembers(options: ReshardOptions, tell: Tell): Promise<Member[]> {
  const names = await namesOf(options);
  tell(`reshard: reading the states of ${names.length} stacks`);
  return await eachOf(names, async (stack) => {
    await requireFree(stack, options);
    const state = await exportedState(stack);
    demandWhole(stack, state, options);
    return { stack, state };
  });
}

/** Removes the locks of killed commands. @throws FleetError if the owner of a lock lives or is unknown */
export async function unlock(options: ReshardOptions, tell: Tell): Promise<void> {
  await eachOf(await namesOf(options), async (name) => {
    const locks = (await requireFree(name, options)) ?? [];
    if (locks.length === 0) return;
    tell(`reshard: removing the lock of ${name}, whose owner has ended`);
    await openEngine(name).cancel();
  });
}

/**
 * Records in the state of the stack with the key `shards` that a reshard begins or has ended.
 * @throws FleetError if no `up` has recorded anything
 */
export async function record(
  stack: string,
  change: { readonly resharding: number } | { readonly shards: number },
): Promise<void> {
  const state = await exportedState(stack);
  const known = recordOf(state);
  if (known === undefined)
    throw new FleetError(
      `No up of ${stack} has recorded its services. Run first: pulumi up --stack ${stack}`,
    );
  const { resharding: _, ...rest } = known;
  const next =
    "shards" in change
      ? { ...rest, rollout: { percent: rest.rollout.percent, shards: change.shards } }
      : { ...rest, resharding: change.resharding };
  await importState(stack, withRecord(state, next));
}

async function namesOf({ stack }: ReshardOptions): Promise<string[]> {
  if (workingDirectory().read(stackFileName(stack)) === undefined)
    throw new FleetError(`${stackFileName(stack)} cannot be read. Go to the folder of the stacks.`);
  const there = await stacksThere();
  if (!there.has(stack)) throw new FleetError(`There is no stack ${JSON.stringify(stack)} in the backend.`);
  return [stack, ...surplusOf({ stack, shards: [] }, there)];
}

function requireFree(stack: string, { ownerIsDead }: ReshardOptions) {
  return requireUnlocked(openEngine(stack), { stack, ownerIsDead });
}

function demandWhole(name: string, state: Exported, { stack, to }: ReshardOptions): void {
  if ((state.deployment?.pending_operations ?? []).length > 0)
    throw new FleetError(
      `An up of ${name} was interrupted. Run: npm run fleet -- recover --stack ${name}. Then reshard to ${to} again.`,
    );
  const own = documentOf(name);
  // A reshard removes shards without services, with their states and files.
  if (name !== stack && own && shardIn(name, own.document)?.stack !== stack)
    throw new FleetError(
      `The stack ${name} has the name of a shard of ${stack}, but fleet shards did not write ${stackFileName(name)}. Rename the stack: pulumi stack rename <new name> --stack ${name}`,
    );
  const foreign = name !== stack && recordOf(state)?.rollout.shard?.stack !== stack;
  if (foreign && servicesIn(resourcesOf(state)).length > 0)
    throw new FleetError(
      `The stack ${name} has the name of a shard of ${stack}, but it has services of its own. Rename the stack: pulumi stack rename <new name> --stack ${name}`,
    );
}

/** Runs a step for each stack, side by side. */
export function eachOf<Result>(
  stacks: readonly string[],
  step: (stack: string) => Promise<Result>,
): Promise<Result[]> {
  return inParallel(
    stacks.map((stack) => () => step(stack)),
    AT_ONCE,
  );
}
