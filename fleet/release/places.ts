import type { Plan } from "../../model/plan.ts";
import { nameOfStack, readFleet } from "../all-stacks.ts";
import { type Cluster, openCluster } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { InvalidInput } from "../stack-files.ts";

export interface ClusterOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** The plans of some stacks. @throws FleetError for an unknown stack, InvalidInput if a file has a problem */
export function plansOf(stacks: readonly string[] | undefined): ReadonlyMap<string, Plan> {
  const fleet = readFleet();
  const names = fleet.stacks.map(({ name }) => name);
  const wanted = stacks?.map((stack) => nameOfStack(stack, names));
  const chosen = fleet.stacks.filter(({ name, plan }) => wanted?.includes(name) ?? !plan?.github.sandbox);
  const wrong = chosen.filter(({ plan }) => plan === undefined);
  if (wrong.length > 0) throw new InvalidInput(wrong.flatMap(({ problems }) => problems));
  return new Map(chosen.flatMap(({ name, plan }) => (plan ? [[name, plan] as const] : [])));
}

/** The clusters of plans, each opened once. */
export interface Clusters {
  of(plan: Plan): Promise<Cluster>;
  close(): void;
}

/**
 * @param options the caller's kubeconfig and context instead of the stacks'
 * @throws FleetError if one context is to serve several clusters
 */
export function clustersOf(plans: Iterable<Plan>, { context, kubeconfig }: ClusterOptions): Clusters {
  const names = new Set([...plans].map(({ cluster }) => cluster.name));
  if (context !== undefined && names.size > 1)
    throw new FleetError(
      `--context names one cluster, but the stacks are on ${[...names].join(", ")}. Choose the stacks of one with --stack.`,
    );
  const opened = new Map<string, Promise<Cluster>>();
  return {
    of: ({ cluster }) => {
      const open = opened.get(cluster.name);
      if (open) return open;
      const options = { kubeconfig: kubeconfig ?? cluster.kubeconfig, context: context ?? cluster.context };
      const opening = openCluster(options);
      opened.set(cluster.name, opening);
      return opening;
    },
    close: () => {
      for (const each of opened.values()) void each.then((cluster) => cluster.close()).catch(() => undefined);
    },
  };
}
