import { readFile, rm, writeFile } from "node:fs/promises";
import { shardStack, shardsOf } from "../../model/shards.ts";
import { stackFileName } from "../../model/stack-file.ts";
import { openEngine } from "../recovery/engine.ts";
import type { StackLockOptions } from "../recovery/stack-lock.ts";
import type { Selection } from "./entries.ts";
import { recordOf } from "./exported-state.ts";
import { keepShards } from "./keep.ts";
import { eachOf, readMembers, record, unlock } from "./members.ts";
import { withShardCount } from "./shard-count.ts";
import { exportedState, importState, removeStack } from "./stacks.ts";
import { type Member, type Move, movesOf, withoutServices, withServices } from "./transfer.ts";

/** The stack has the key `shards`, or gets it now. */
export interface ReshardOptions extends StackLockOptions {
  /** The number of shards. */
  readonly to: number;
}

/** What a reshard will do. */
export interface Reshard {
  /** The number of shards that the last `up` or reshard recorded; 0 if the stack has its services itself. */
  readonly from: number;
  readonly moves: readonly Move[];
  /** The shards that will be left over. They have no service then, and are removed. */
  readonly leaving: readonly string[];
}

/** What a touched stack's next `up` would do; nothing after a reshard. */
export interface Verified {
  readonly stack: string;
  readonly creates: number;
  /** Changes, replacements and deletions. */
  readonly others: number;
}

/**
 * Finds out which services move, and changes nothing.
 * @throws FleetError if a stack is being updated, has pending operations, or cannot be read
 */
export async function planReshard(options: ReshardOptions, tell: (line: string) => void): Promise<Reshard> {
  const members = await readMembers(options, tell);
  return reshardOf(options, members);
}

function reshardOf({ stack, to }: ReshardOptions, members: readonly Member[]): Reshard {
  const base = members.find((member) => member.stack === stack);
  const record = base && recordOf(base.state);
  const kept = new Set([stack, ...Array.from({ length: to }, (_, index) => shardStack(stack, index + 1))]);
  return {
    from: record?.rollout.shards ?? 0,
    moves: movesOf(stack, to, members),
    leaving: members.map((member) => member.stack).filter((name) => !kept.has(name)),
  };
}

/**
 * Moves the services. It may be killed at any moment and run again: each state is replaced as a whole, a service is in
 * its new state before it leaves the old one, and no `up` of these stacks runs before the end, because the stack with
 * the key `shards` records that they are being resharded.
 * @returns the stacks whose states were changed
 * @throws FleetError
 */
export async function carryOut(options: ReshardOptions, tell: (line: string) => void): Promise<string[]> {
  const { stack, to } = options;
  await unlock(options, tell);
  await record(stack, { resharding: to });
  // An up that began before the record holds its lock, and one that begins now refuses. So these states stay as read.
  const members = new Map((await readMembers(options, tell)).map((member) => [member.stack, member]));
  const { moves, leaving } = reshardOf(options, [...members.values()]);
  const file = stackFileName(stack);
  await writeFile(file, withShardCount(file, await readFile(file, "utf8"), to));
  const { removed } = await keepShards(stack, tell);
  // A shard that was made just now has not been read.
  const memberOf = async (name: string): Promise<Member> => {
    const member = members.get(name) ?? { stack: name, state: await exportedState(name) };
    members.set(name, member);
    return member;
  };
  const percent = recordOf((await memberOf(stack)).state)?.rollout.percent ?? 100;
  /** How the files will select a stack's services, for its record. */
  const selectionOf = (name: string): Selection => {
    const shard = shardsOf(stack, to).find(({ index }) => shardStack(stack, index) === name);
    return shard ? { percent, shard } : { percent, shards: to };
  };
  for (const [name, coming] of Map.groupBy(moves, (move) => move.to)) {
    tell(`reshard: ${coming.length} services come to ${name}`);
    const missing = Map.groupBy(
      coming.filter(({ copied }) => !copied),
      (move) => move.from,
    );
    if (missing.size === 0) continue;
    let { state } = await memberOf(name);
    for (const [from, some] of missing) {
      const services = new Set(some.map(({ service }) => service));
      state = withServices({ stack: name, state }, await memberOf(from), services, selectionOf(name));
    }
    await importState(name, state);
    members.set(name, { stack: name, state });
  }
  for (const [name, going] of Map.groupBy(moves, (move) => move.from)) {
    tell(`reshard: ${going.length} services leave ${name}`);
    const services = new Set(going.map(({ service }) => service));
    const state = withoutServices(await memberOf(name), services, selectionOf(name));
    await importState(name, state);
    members.set(name, { stack: name, state });
  }
  for (const name of leaving.filter((each) => !removed.includes(each))) {
    tell(`reshard: removing ${name}, which has no service`);
    await removeStack(name);
    await rm(stackFileName(name), { force: true });
  }
  await record(stack, { shards: to });
  const touched = new Set([stack, ...moves.flatMap((move) => [move.from, move.to])]);
  return [...touched].filter((name) => !leaving.includes(name)).sort();
}

/** Previews the stacks. @throws FleetError with the first engine's message */
export async function verify(stacks: readonly string[], tell: (line: string) => void): Promise<Verified[]> {
  return await eachOf(stacks, async (stack) => {
    tell(`reshard: previewing ${stack}`);
    const { creations, others } = await openEngine(stack).preview();
    return { stack, creates: creations.length, others };
  });
}
