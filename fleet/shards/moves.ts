import { shardOf, shardStack } from "../../model/shards.ts";
import { resourcesOf, servicesIn } from "./deployment.ts";
import type { Member } from "./transfer.ts";

/** A service that another stack should have. */
export interface Move {
  readonly service: string;
  readonly from: string;
  readonly to: string;
  /** Whether the other stack has it already: an earlier run was interrupted between the two states. */
  readonly copied: boolean;
}

/**
 * The services that are not in their shard, and those that are in a second stack too. Nothing else moves.
 * @param stack the stack with the key `shards`
 * @param members it and its shards, those that will be left over too
 */
export function movesOf(stack: string, to: number, members: readonly Member[]): Move[] {
  const having = new Map(members.map((member) => [member.stack, servicesIn(resourcesOf(member.state))]));
  return [...having].flatMap(([from, services]) =>
    services.flatMap((service): Move[] => {
      const target = shardStack(stack, shardOf(service, to));
      const copied = having.get(target)?.includes(service) ?? false;
      return from === target ? [] : [{ service, from, to: target, copied }];
    }),
  );
}
