import { InvalidInput, listed } from "../model/diagnostics.ts";
import type { Plan } from "../model/plan.ts";
import { owningStack } from "../model/shards.ts";
import { type Fleet, type FoundStack, nameOfStack, readFleet } from "./all-stacks.ts";
import { workingDirectory } from "./files.ts";
import { FleetError } from "./fleet-error.ts";

/** A stack whose files are valid. */
export interface NamedPlan {
  readonly name: string;
  readonly plan: Plan;
}

/**
 * The stacks that a command is about. A stack with the key `shards` stands for its shards too.
 * @param references stacks as the engine accepts them; empty for all except the sandbox's
 * @throws FleetError if a stack does not exist
 */
export function chosenStacks(
  { stacks }: Pick<Fleet, "stacks">,
  references: readonly string[],
): readonly FoundStack[] {
  const names = stacks.map(({ name }) => name);
  const wanted = new Set(references.map((reference) => nameOfStack(reference, names)));
  const isChosen = ({ name, config: { value } }: FoundStack) =>
    wanted.size > 0
      ? wanted.has(name) || (value !== undefined && wanted.has(owningStack(name, value.rollout)))
      : value?.github.sandbox !== true;
  return stacks.filter(isChosen);
}

/**
 * The plans of {@link chosenStacks} in the working directory.
 * @throws FleetError if there is none, InvalidInput with the problems of their files
 */
export function chosenPlans(references: readonly string[], now: Date = new Date()): NamedPlan[] {
  const files = workingDirectory();
  const chosen = chosenStacks(readFleet(files, now), references);
  if (chosen.length === 0)
    throw new FleetError(
      `There is no stack in ${files.where} but the sandbox's. Name it, or go to the folder of the stacks with -C.`,
    );
  const problems = chosen.flatMap((stack) => stack.problems);
  if (problems.length > 0) throw new InvalidInput(problems);
  return chosen.flatMap(({ name, plan }) => (plan ? [{ name, plan }] : []));
}

/** @throws FleetError if the option --context is to lead to several clusters */
export function requireOneCluster(plans: readonly NamedPlan[], context: string | undefined): void {
  const clusters = [...new Set(plans.map(({ plan }) => plan.cluster.name))];
  if (context !== undefined && clusters.length > 1)
    throw new FleetError(
      `--context is for one cluster, but the stacks are on several: ${listed(clusters)}. Name the stacks of one.`,
    );
}
