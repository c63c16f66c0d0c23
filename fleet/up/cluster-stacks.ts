import { type Wave, wavesOf } from "../../model/waves.ts";
import type { Fleet } from "../all-stacks.ts";
import type { NamedPlan } from "../chosen-stacks.ts";
import { stacksOfCluster } from "../cluster-stacks.ts";

/** The stacks of one cluster, and the order in which their services are brought up. */
export interface ClusterStacks {
  readonly name: string;
  /** The stack with the shared objects first. */
  readonly stacks: readonly NamedPlan[];
  readonly waves: readonly Wave[];
}

/**
 * The stacks of the cluster of a stack, with its waves.
 * @param reference a stack, or the part before `-00` of its shards; undefined if there is only one cluster
 * @throws FleetError if it is unknown which cluster is meant, InvalidInput with the problems of its stacks
 */
export function clusterStacks(fleet: Fleet, reference: string | undefined): ClusterStacks {
  const cluster = stacksOfCluster(fleet, reference);
  const services = cluster.stacks.flatMap(({ plan }) => plan.services);
  // All stacks of a cluster have the same waves.
  const rules = cluster.stacks[0]?.config.value.rollout.waves ?? [];
  return { ...cluster, waves: wavesOf(services, rules) };
}
