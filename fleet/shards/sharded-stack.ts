import type { SourceDocument } from "../../model/documents.ts";
import { type Plan, planShards } from "../../model/plan.ts";
import { shardData } from "../../model/shard-file.ts";
import { shardFileProblems } from "../../model/shard-problems.ts";
import type { StackShard } from "../../model/shards.ts";
import type { FoundStack } from "../all-stacks.ts";
import type { Family } from "./files.ts";

/** A stack with what its shards share: all of them are checked and planned once. */
export interface ShardedStack {
  readonly found: FoundStack;
  /** Undefined if the stack has no shards, or no file. */
  readonly family: Family | undefined;
  /** The plans of the shards; undefined if the files have problems. */
  readonly plans: readonly Plan[] | undefined;
}

/** @param found the stack with the key `shards` */
export function shardedStack(found: FoundStack, family: Family | undefined): ShardedStack {
  const { name, plan, config, catalogue } = found;
  const known = plan && config.value && catalogue?.value;
  const plans = known ? planShards(plan, name, catalogue.value, config.value) : undefined;
  return { found, family, plans };
}

/** A shard as its file defines it. The file may not differ from its base. */
export function shardOfBase(
  name: string,
  {
    text,
    document,
    shard,
  }: { readonly text: string; readonly document: SourceDocument; readonly shard: StackShard },
  base: ShardedStack,
): FoundStack {
  const right = validShard(name, shard, base);
  const wanted = base.family?.shards[shard.index - 1];
  if (wanted && base.family?.text(wanted) === text) return right;
  const problems = [...document.problems, ...shardFileProblems(text, document, shard, base.found.document)];
  return problems.length > 0 ? { ...right, document, plan: undefined, problems } : right;
}

/** A shard whose file says what its base demands. Its problems are those of the base, at their places there. */
export function validShard(name: string, shard: StackShard, { found, plans }: ShardedStack): FoundStack {
  const { config } = found;
  const document = { ...found.document, value: shardData(found.document, shard) };
  const value = config.value && {
    ...config.value,
    rollout: { ...config.value.rollout, windows: [], freeze: [], shard },
    platform: false,
    shards: 0,
  };
  return { ...found, name, document, config: { ...config, value, document }, plan: plans?.[shard.index - 1] };
}
