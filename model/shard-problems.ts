import { type Problem, problem } from "./diagnostics.ts";
import type { SourceDocument } from "./documents.ts";
import type { Provisioned } from "./provisioned.ts";
import { deviation, SHARDS_KEY } from "./shard-file.ts";
import { type StackShard, shardStack } from "./shards.ts";
import { configOf, stackFileName } from "./stack-file.ts";
import { type Sources, stackProblem } from "./stack-problem.ts";

/** A stack with shards keeps what the cluster shares, and is no shard itself. */
export function dividedTwice({ config: { shards, rollout, platform }, stack }: Sources): Problem[] {
  if (shards === 0) return [];
  const problems: Problem[] = [];
  if (rollout.shard) {
    const message = `stands beside ${SHARDS_KEY}: ${shards}, so the services would be divided twice.`;
    const fix = `Remove one of them. With ${SHARDS_KEY}, fleet shards writes the file of each shard.`;
    problems.push(stackProblem("KF121", stack, ["rollout", "shard"], message, fix));
  }
  if (!platform) {
    const message = `is false, but with ${SHARDS_KEY}: ${shards} this stack keeps only what the cluster shares, so it would be empty.`;
    const fix = "Set it to true, and to false in the other stacks of the cluster.";
    problems.push(stackProblem("KF121", stack, ["platform"], message, fix));
  }
  return problems;
}

/**
 * Checks that a shard's file has the settings of its base, so that all shards have the same settings.
 * @param text the shard's file
 */
export function shardFileProblems(
  text: string,
  file: SourceDocument,
  shard: StackShard,
  base: SourceDocument,
): Problem[] {
  const from = stackFileName(shard.stack);
  const of = configOf(base)[SHARDS_KEY];
  if (typeof of !== "number" || shard.index > of) {
    const message = `is shard ${shard.index} of ${from}, which has ${typeof of === "number" ? of : "no"} shards.`;
    const fix = `Run: npm run fleet -- shards ${shard.stack}`;
    return [stackProblem("KF122", file, ["rollout", "shard"], message, fix)];
  }
  const path = deviation(text, file, base, { ...shard, of });
  if (path === undefined) return [];
  const message = `is not what ${from} says, from which this file is made.`;
  const fix = `Change ${from}, then run: npm run fleet -- shards ${shard.stack}`;
  return [problem("KF120", file, path, message, fix)];
}

/** What the stack with the key `shards` has recorded of them. */
type Recorded = Pick<Provisioned, "rollout" | "resharding"> | undefined;

/**
 * Whether the services are where the files say. An `up` of a shard before `fleet reshard` would create services that
 * another shard still has.
 * @param of the number of shards in the files; 0 for none
 * @param recorded by the last `up` or `fleet reshard` of the stack with the key `shards`
 * @param isBase whether it is that stack itself
 */
export function unsettled(
  stack: string,
  of: number,
  recorded: Recorded,
  file: SourceDocument,
  isBase: boolean,
): Problem[] {
  const path = isBase ? ["shards"] : ["rollout", "shard", "of"];
  const at = (message: string, fix: string) => [stackProblem("KF123", file, path, message, fix)];
  const to = (count: number) => `npm run fleet -- reshard --to ${count} ${stack}`;
  if (recorded?.resharding !== undefined) {
    const { resharding } = recorded;
    return at(`a reshard of ${stack} to ${resharding} shards has not ended.`, `Run: ${to(resharding)}`);
  }
  const was = recorded?.rollout.shards;
  if (was === of || (isBase && (was ?? 0) === of)) return [];
  if (was === undefined && isBase) return [];
  if (recorded === undefined) {
    const message = `is ${of}, but no up of ${stack} has made what the shards share.`;
    return at(message, `Run first: pulumi up --stack ${stack}`);
  }
  if (of === 0) {
    const fix = `Write ${SHARDS_KEY}: ${was} again. To have fewer shards, run: ${to(1)}`;
    return at(`is gone, but the services of ${stack} are in ${was} shards.`, fix);
  }
  const places =
    was === undefined ? `in ${stack} itself` : `in ${was} shards, the first of them ${shardStack(stack, 1)}`;
  const message = `is ${of}, but the services of ${stack} are ${places}.`;
  return at(message, `Use the newest files, or move the services: ${to(of)}`);
}
