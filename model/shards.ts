import { z } from "zod";
import { stableHash } from "./names.ts";

/** A part of a cluster's services, for clusters that need several stacks. */
export const shardSchema = z
  .strictObject({
    index: z.int().min(1).meta({ description: "The number of this stack's shard, from 1." }),
    of: z.int().min(1).max(256).meta({ description: "The number of shards." }),
  })
  .refine(({ index, of }) => index <= of, { path: ["index"], error: "must be at most of" });

export type Shard = z.output<typeof shardSchema>;

/**
 * The shard of a service, from 1. The shard with the highest hash of both names wins (rendezvous hashing), so that
 * a new shard takes services from the others and moves none between them.
 */
export function shardOf(service: string, of: number): number {
  const bids = Array.from({ length: of }, (_, index) => stableHash(`shard ${index + 1}`, service));
  return bids.indexOf(Math.max(...bids)) + 1;
}
