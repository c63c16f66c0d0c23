import type { Plan } from "../../model/plan.ts";
import { type Cluster, type ClusterChoice, openClusterOf } from "../cluster.ts";
import { gitHubAuth } from "../github-auth.ts";
import { progressOn } from "../progress.ts";
import { requireSettled } from "../shards/settled.ts";
import { openEngine } from "./engine.ts";
import { hooksOf } from "./hooks.ts";
import type { Surroundings } from "./items.ts";
import { objectsOf } from "./look.ts";
import type { Tools } from "./recover.ts";

/** Overrides of the places in the stack's config. */
export interface Places extends ClusterChoice {
  readonly stack: string;
}

/**
 * The real engine, API server and GitHub of a stack.
 * @throws InvalidInput if its services may be in another stack
 */
export async function openTools(
  plan: Plan,
  { stack, ...choice }: Places,
): Promise<Tools & { readonly cluster: Cluster; close(): void }> {
  await requireSettled(plan, stack);
  const engine = openEngine(stack);
  const cluster = await openClusterOf(plan, choice);
  const progress = progressOn(process.stderr);
  const { line: tell } = progress;
  let surroundings: Promise<Surroundings> | undefined;
  const open = async (): Promise<Surroundings> => {
    const auth = await gitHubAuth(stack, plan.github, tell);
    return { objects: objectsOf(cluster), findHooks: hooksOf(plan, auth, tell), owner: plan.github.owner };
  };
  return {
    engine,
    cluster,
    tell,
    tick: progress.tell,
    surroundings: () => (surroundings ??= open()),
    close: () => {
      progress.end();
      cluster.close();
    },
  };
}
