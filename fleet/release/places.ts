import type { Plan } from "../../model/plan.ts";
import { owningStack } from "../../model/shards.ts";
import { type NamedPlan, requireOneCluster } from "../chosen-stacks.ts";
import { type Cluster, type ClusterChoice, openClusterOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import type { ReleaseEntry } from "./release.ts";

/**
 * The plan of an entry's stack; with shards, the plan of the one that has the service now.
 * @throws FleetError if the stack is not among the plans
 */
export function planOf(
  { stack, service }: Pick<ReleaseEntry, "stack" | "service">,
  plans: readonly NamedPlan[],
): Plan {
  const own = plans.filter(({ name, plan }) => [name, owningStack(name, plan.rollout)].includes(stack));
  const [first] = own;
  if (first === undefined) throw new FleetError(`There is no stack ${JSON.stringify(stack)} here.`);
  return (own.find(({ plan }) => plan.services.some(({ name }) => name === service)) ?? first).plan;
}

/**
 * The clusters of plans, each opened once.
 * @param choice the caller's kubeconfig and context instead of the stacks'
 * @throws FleetError if one context is to serve several clusters
 */
export function clustersOf(plans: readonly NamedPlan[], choice: ClusterChoice) {
  requireOneCluster(plans, choice.context);
  const opened = new Map<string, Promise<Cluster>>();
  return {
    of: (plan: Plan) => {
      const opening = opened.get(plan.cluster.name) ?? openClusterOf(plan, choice);
      opened.set(plan.cluster.name, opening);
      return opening;
    },
    close: () => {
      for (const each of opened.values()) void each.then((cluster) => cluster.close()).catch(() => undefined);
    },
  };
}
