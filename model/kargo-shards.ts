import { z } from "zod";
import { dnsLabel } from "./kubernetes-names.ts";
import { stableHash } from "./names.ts";

/** Settings of Kargo's own controllers. */
export const kargoSchema = z.strictObject({
  shards: z
    .array(dnsLabel)
    .default([])
    .refine((shards) => new Set(shards).size === shards.length, { error: "must name each shard once" })
    .meta({
      description:
        "The names of Kargo's controllers (controller.shardName of its chart) that share the services. Default: the one without a name.",
      examples: [["a", "b"]],
    }),
});

/**
 * The Kargo controller of a service; undefined for the one without a name. The controller with the highest hash of
 * both names wins (rendezvous hashing), so that a new one takes services from the others and moves none between them.
 */
export function kargoShard(service: string, shards: readonly string[]): string | undefined {
  const bids = shards.map((shard) => stableHash(`kargo shard ${shard}`, service));
  return shards[bids.indexOf(Math.max(...bids))];
}
