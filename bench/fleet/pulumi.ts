import { type Peer, type Phase, STATES } from "./phases.ts";
import { fleetUp, killAndRecover, runShards, servicesOfLast, shardSettings } from "./shards.ts";
import type { World } from "./world.ts";

/** An `up` of one stack writes its whole state after each step, so its time grows with the square of the services. */
const LARGEST_PLAIN = 100;
/** What changes or deletes everything is quadratic too, and teaches nothing more. */
const LARGEST_PLAIN_CHANGE = 10;
const LINEAR: readonly Phase[] = ["first rollout", "no-op", "one service"];
const LARGEST_DESTROY = 100;
/** A recovery begins in an empty cluster. */
const AFTER_ALL: readonly Phase[] = ["destroy", "recovery"];

/** One stack with all services and `pulumi up`, with the same settings; durable, as Pulumi is by default. */
export const plain: Peer = {
  name: "pulumi up",
  shards: () => 1,
  leftOut: (phase, size) => {
    if (phase === "known no-op") return "it knows nothing of its last run";
    const largest = LINEAR.includes(phase) ? LARGEST_PLAIN : LARGEST_PLAIN_CHANGE;
    return size > largest ? `left out above ${largest}: quadratic` : undefined;
  },
  prepare: (phase, world) => world.write(STATES[phase]),
  run: async (phase, world) => {
    const settings = await shardSettings(world, true);
    if (phase === "recovery") return await recovery(phase, world, settings);
    return await runShards(world, phase === "destroy" ? "destroy" : "up", world.stacks, settings);
  },
};

const FLEET: Omit<Peer, "shards"> = {
  name: "fleet up",
  leftOut: (phase, size) =>
    size <= LARGEST_DESTROY || !AFTER_ALL.includes(phase)
      ? undefined
      : phase === "destroy"
        ? `left out above ${LARGEST_DESTROY}: the namespace controller looks for every kind in each namespace`
        : "one stack is recovered, whatever the size",
  prepare: async (phase, world) => {
    await world.write(STATES[phase]);
    if (phase !== "recovery") return;
    const [shared = ""] = world.stacks;
    const own = world.stacks.length > 1 ? [shared] : [];
    if (own.length > 0) await runShards(world, "up", own, await shardSettings(world, false));
  },
  run: async (phase, world) => {
    const settings = await shardSettings(world, false);
    switch (phase) {
      case "one service":
      case "known no-op":
        return await fleetUp(world);
      case "destroy":
        return await runShards(world, "destroy", world.stacks, settings);
      case "recovery":
        return await recovery(phase, world, settings);
      default:
        return await fleetUp(world, "--whole");
    }
  },
};

/**
 * Shards of some services side by side. Within a shard the state is written once, at its end.
 * @param shard the services of a shard, about
 */
export function fleetOf(shard: number): Peer {
  return { ...FLEET, shards: (size) => Math.ceil(size / shard) };
}

/** With the default number of services of a shard. */
export const fleet: Peer = fleetOf(50);

/** Kills the last stack's `up` when half of its Stages exist. */
function recovery(phase: Phase, world: World, settings: Readonly<Record<string, string>>) {
  const stages = 3 * servicesOfLast(world, world.plan(STATES[phase]).services.length);
  return killAndRecover(world, world.stacks.at(-1) ?? "", settings, stages / 2);
}
