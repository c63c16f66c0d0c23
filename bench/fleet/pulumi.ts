import { type Peer, type Phase, STATES } from "./phases.ts";
import { fleetUp, killAndRecover, runShards, servicesIn, shardSettings, stackOfLast } from "./shards.ts";
import type { World } from "./world.ts";

/** An `up` of one stack writes its whole state after each step, so its time grows with the square of the services. */
const LARGEST_PLAIN = 100;
/** Destroying and changing all is quadratic too, and teaches nothing more. */
const PLAIN_PHASES: readonly Phase[] = ["first rollout", "no-op", "one service"];
const LARGEST_DESTROY = 100;
/** A recovery begins in an empty cluster. */
const AFTER_ALL: readonly Phase[] = ["destroy", "recovery"];

/** One stack with all services and `pulumi up`, with the same settings; durable, as Pulumi is by default. */
export const plain: Peer = {
  name: "pulumi up",
  shards: () => 1,
  leftOut: (phase, size) =>
    size > LARGEST_PLAIN
      ? `left out above ${LARGEST_PLAIN}: quadratic`
      : PLAIN_PHASES.includes(phase)
        ? undefined
        : "left out",
  prepare: (phase, world) => world.write(STATES[phase]),
  run: async (_, world) => runShards(world, "up", world.stacks, await shardSettings(world, true)),
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
    const size = world.plan(STATES[phase]).services.length;
    switch (phase) {
      case "one service":
        return (await fleetUp(world)) ?? runShards(world, "up", [stackOfLast(world, size)], settings);
      case "known no-op":
        return (await fleetUp(world)) ?? { missing: "this version has no fleet up" };
      case "destroy":
        return runShards(world, "destroy", world.stacks, settings);
      case "recovery":
        return killAndRecover(world, world.stacks.at(-1) ?? "", settings, half(world, size));
      default:
        return (await fleetUp(world, "--whole")) ?? runShards(world, "up", world.stacks, settings);
    }
  },
};

/**
 * Shards of some fifty services side by side. Within a shard the state is written once, at its end. Before `fleet up`
 * existed, the commands of its shards were run as it does.
 */
export const fleet: Peer = fleetOf(50);

/** @param shard the services of a stack, about */
export function fleetOf(shard: number): Peer {
  return { ...FLEET, shards: (size) => Math.ceil(size / shard) };
}

/** The middle of the `up` of the last stack. */
function half({ stacks }: World, size: number): number {
  const before = stacks.length > 1 ? servicesIn(size, stacks.length, [0]) : 0;
  return 3 * before + 1.5 * servicesIn(size, stacks.length, [-1]);
}
