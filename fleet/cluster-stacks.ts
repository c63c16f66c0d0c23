import { didYouMean, InvalidInput, listed, type Problem } from "../model/diagnostics.ts";
import type { Plan } from "../model/plan.ts";
import type { StackConfig } from "../model/stack-config.ts";
import { type Wave, wavesOf } from "../model/waves.ts";
import { type Fleet, type FoundStack, nameOfStack } from "./all-stacks.ts";
import { FleetError } from "./fleet-error.ts";

/** A stack whose files have no problems. */
export type ValidStack = FoundStack & {
  readonly plan: Plan;
  readonly config: { readonly value: StackConfig };
};

/** All stacks of one cluster, and the order in which their services are brought up. */
export interface ClusterStacks {
  /** The cluster's name. */
  readonly name: string;
  /** The stack with the shared objects first. */
  readonly stacks: readonly ValidStack[];
  readonly waves: readonly Wave[];
}

/**
 * The stacks of the cluster of a stack, with its waves.
 * @param reference a stack, or the part before `-00` of its shards; undefined if there is only one cluster
 * @throws FleetError if it is unknown which cluster is meant, InvalidInput with the problems of its stacks
 */
export function clusterStacks(fleet: Fleet, reference: string | undefined): ClusterStacks {
  const name = clusterName(fleet, reference);
  const right = stacksOn(fleet, name);
  const platform = right.filter(({ plan }) => plan.platform !== undefined);
  const others = right.filter(({ plan }) => plan.platform === undefined);
  const services = right.flatMap(({ plan }) => plan.services);
  // All stacks of a cluster have the same waves.
  const waves = wavesOf(services, right[0]?.config.value.rollout.waves ?? []);
  return { name, stacks: [...platform, ...others], waves };
}

/**
 * The stacks of a cluster, in the order of their names.
 * @param cluster its name
 * @throws FleetError if no stack is on it, InvalidInput with the problems of its stacks
 */
export function stacksOn(fleet: Fleet, cluster: string): readonly ValidStack[] {
  // A stack whose cluster cannot be read may be one of these.
  const own = fleet.stacks.filter((stack) => [cluster, undefined].includes(clusterOf(stack)));
  const problems = [...own.flatMap((stack) => stack.problems), ...fleet.between.filter(isIn(own))];
  if (problems.length > 0) throw new InvalidInput(problems);
  if (own.length === 0) {
    const names = clusterNames(fleet);
    throw new FleetError(
      `No stack here is on the cluster ${JSON.stringify(cluster)} (there are: ${listed(names)}). ${didYouMean(cluster, names) ?? ""}`.trimEnd(),
    );
  }
  return own.filter(isValid);
}

function clusterNames(fleet: Fleet): string[] {
  return [...new Set(fleet.stacks.flatMap((stack) => clusterOf(stack) ?? []))].sort();
}

function clusterName(fleet: Fleet, reference: string | undefined): string {
  const names = clusterNames(fleet);
  if (reference === undefined) {
    const [only, ...more] = names;
    if (only !== undefined && more.length === 0) return only;
    if (only === undefined) throw new InvalidInput(fleet.problems);
    throw new FleetError(
      `There are stacks of several clusters here: ${listed(names)}. Name a stack of the one to bring up.`,
    );
  }
  const known = fleet.stacks.map(({ name }) => name);
  const shard = known.find((name) => name.replace(/-\d+$/, "") === reference);
  const stack = known.includes(reference) ? reference : (shard ?? nameOfStack(reference, known));
  const found = fleet.stacks.find(({ name }) => name === stack);
  const cluster = found && clusterOf(found);
  if (cluster === undefined) throw new InvalidInput(found?.problems ?? []);
  return cluster;
}

function clusterOf({ config }: FoundStack): string | undefined {
  return config.value?.cluster.name;
}

function isIn(stacks: readonly FoundStack[]): (problem: Problem) => boolean {
  const files = new Set(stacks.map(({ document }) => document.file));
  return ({ place }) => files.has(place.file);
}

function isValid(stack: FoundStack): stack is ValidStack {
  return stack.plan !== undefined && stack.config.value !== undefined;
}
