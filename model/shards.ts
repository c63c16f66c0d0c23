import { z } from "zod";
import { stableHash } from "./names.ts";

/** The most shards of a cluster. */
export const SHARD_LIMIT = 256;

/** Set to `true` in the pods of Pulumi's Kubernetes operator, whose config `fleet operator` made from the files. */
export const OPERATED = "KARGO_FLEET_OPERATED";

/** A stack's part of the selected services. */
export const shardSchema = z
  .strictObject({
    index: z.int().min(1).meta({ description: "The number of this stack's shard, from 1." }),
    of: z.int().min(1).max(SHARD_LIMIT).meta({ description: "The number of shards." }),
    stack: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "The stack with the key shards. Only fleet shards writes it." }),
  })
  .refine(({ index, of }) => index <= of, { path: ["index"], message: "must not be larger than of" });

export type Shard = z.output<typeof shardSchema>;

/** A shard of a stack that has the key `shards`. */
export type StackShard = Shard & { readonly stack: string };

/** What {@link shardOf} has found: twenty hashes for each service take longer than the rest of a plan. */
const found = new Map<string, number>();

/**
 * The shard of a service, from 1. The shard with the highest hash of both names wins (rendezvous hashing), so that
 * a new shard takes services from the others and moves none between them.
 */
export function shardOf(service: string, of: number): number {
  const key = `${of} ${service}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const bids = Array.from({ length: of }, (_, index) => stableHash(`shard ${index + 1}`, service));
  const shard = bids.indexOf(Math.max(...bids)) + 1;
  found.set(key, shard);
  return shard;
}

/**
 * The name of a shard's stack: `prod-eu-00` is the first. Shard 101 gets a third digit, so that more shards never
 * rename the others.
 * @param index from 1
 */
export function shardStack(stack: string, index: number): string {
  return `${stack}-${String(index - 1).padStart(2, "0")}`;
}

/** The shards of a stack, in order. */
export function shardsOf(stack: string, of: number): StackShard[] {
  return Array.from({ length: of }, (_, index) => ({ index: index + 1, of, stack }));
}

/**
 * The stack whose name is on the objects of a stack: a shard's objects carry the name of the stack that it belongs
 * to, so that a service can move between shards without a change.
 */
export function owningStack(stack: string, { shard }: { readonly shard?: Shard | undefined }): string {
  return shard?.stack ?? stack;
}
