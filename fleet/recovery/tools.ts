import { InvalidInput } from "../../model/diagnostics.ts";
import type { Plan } from "../../model/plan.ts";
import { unsettled } from "../../model/shard-problems.ts";
import { parseStackFile, stackFileName } from "../../model/stack-file.ts";
import { type ClusterChoice, openClusterOf } from "../cluster.ts";
import { workingDirectory } from "../files.ts";
import { gitHubAuth } from "../github-auth.ts";
import { progressOn } from "../progress.ts";
import { withShards } from "../shards/files.ts";
import { openEngine } from "./engine.ts";
import { hooksOf } from "./hooks.ts";
import { objectsOf } from "./look.ts";

/** What works on a stack: the CLI, its cluster and GitHub. */
export type Tools = Awaited<ReturnType<typeof openTools>>;

/**
 * The real engine, API server and GitHub of a stack.
 * @throws InvalidInput if its services may be in another stack
 */
export async function openTools(
  plan: Plan,
  { stack, ...choice }: ClusterChoice & { readonly stack: string },
) {
  await requireSettled(plan, stack);
  const engine = openEngine(stack);
  const cluster = await openClusterOf(plan, choice);
  const progress = progressOn(process.stderr);
  const { line: tell } = progress;
  const open = async () => hooksOf(plan, await gitHubAuth(stack, plan.github, tell), tell);
  let hooks: ReturnType<typeof open> | undefined;
  return {
    engine,
    cluster,
    objects: objectsOf(cluster),
    owner: plan.github.owner,
    /** Finds out the identity for GitHub, once. */
    openHooks: () => (hooks ??= open()),
    /** Prints a line about the current step. */
    tell,
    /** Reports frequent progress of a long step. */
    tick: progress.tell,
    close: () => {
      progress.end();
      cluster.close();
    },
  };
}

/**
 * Refuses to import into a stack while its services may be in another shard: each would then be in two states.
 * @throws InvalidInput with the command that moves the services, FleetError if the state cannot be read
 */
async function requireSettled({ rollout: { shard, shards } }: Plan, stack: string): Promise<void> {
  const base = shard?.stack ?? (shards === undefined ? undefined : stack);
  if (base === undefined) return;
  const file = stackFileName(stack);
  const document = parseStackFile(file, withShards(workingDirectory()).read(file) ?? "");
  const recorded = await openEngine(base).provisioned();
  const problems = unsettled(base, shard?.of ?? shards ?? 0, recorded, document, base === stack);
  if (problems.length > 0) throw new InvalidInput(problems);
}
