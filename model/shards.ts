import { z } from "zod";
import { stableHash } from "./names.ts";

/** Which part of a cluster's services a stack has, where one cluster is more than one stack should hold. */
export const shardSchema = z
  .strictObject({
    index: z.int().min(1).meta({ description: "Which of them this stack is: 1 to of." }),
    of: z.int().min(1).max(256).meta({ description: "Among how many stacks the services are spread." }),
  })
  .refine(({ index, of }) => index <= of, { path: ["index"], error: "must be at most of" });

export type Shard = z.output<typeof shardSchema>;

/**
 * The shard that a service is in, from 1. Each shard bids for it with a hash of both names and the highest bid wins
 * (rendezvous hashing), so that one shard more takes services from the others and moves none between them.
 */
export function shardOf(service: string, of: number): number {
  const bids = Array.from({ length: of }, (_, index) => stableHash(`shard ${index + 1}`, service));
  return bids.indexOf(Math.max(...bids)) + 1;
}
