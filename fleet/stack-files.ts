import type { Catalogue } from "../model/catalogue.ts";
import { InvalidInput } from "../model/diagnostics.ts";
import { type Plan, planShards } from "../model/plan.ts";
import { owningStack } from "../model/shards.ts";
import type { StackConfig } from "../model/stack-config.ts";
import { nameOfStack, readStack, stackNames } from "./all-stacks.ts";
import { workingDirectory } from "./files.ts";

export { InvalidInput };

/** A stack as its files define it, without the engine. */
export interface StackFiles {
  readonly plan: Plan;
  readonly config: StackConfig;
  /** The teams of the whole catalogue. */
  readonly teams: readonly string[];
  /** The services of the whole catalogue. */
  readonly services: readonly string[];
}

/**
 * Reads the plan of a stack from `Pulumi.<stack>.yaml` and its catalogue in the working directory. Secrets stay
 * encrypted, so no passphrase is needed.
 * @param stack as the engine accepts it: also `org/project/stack`
 * @throws FleetError if the stack does not exist, InvalidInput with every problem of both files
 */
export function readStackFiles(stack: string): Plan {
  return validStack(stack).plan;
}

/** The plan with the services of the stack's shards and with its config. @throws as {@link readStackFiles} */
export function validStackWithShards(stack: string): StackFiles {
  const found = validStack(stack);
  const { plan, catalogue, config, name } = found;
  if (plan.rollout.shards === undefined) return found;
  const services = planShards(plan, name, catalogue, config).flatMap((shard) => shard.services);
  return { ...found, plan: { ...plan, services } };
}

/** The stack that keeps what the cluster shares, if the stack is one of its shards. @throws as {@link readStackFiles} */
export function validBase(stack: string): StackFiles {
  const found = validStack(stack);
  const base = owningStack(found.name, found.plan.rollout);
  return base === found.name ? found : validStack(base);
}

/** The plan with its config. @throws as {@link readStackFiles} */
export function validStack(
  stack: string,
): StackFiles & { readonly name: string; readonly catalogue: Catalogue } {
  const files = workingDirectory();
  const name = nameOfStack(stack, stackNames(files));
  const { plan, config, catalogue, problems } = readStack(name, files);
  if (!plan || !config.value || !catalogue?.value) throw new InvalidInput(problems);
  const teams = Object.keys(catalogue.value.teams);
  const services = Object.keys(catalogue.value.services);
  return { name, plan, config: config.value, catalogue: catalogue.value, teams, services };
}
