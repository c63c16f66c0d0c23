import { InvalidInput } from "../model/diagnostics.ts";
import type { Plan } from "../model/plan.ts";
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
  return rightStack(stack).plan;
}

/** The plan with its config. @throws as {@link readStackFiles} */
export function rightStack(stack: string): StackFiles {
  const files = workingDirectory();
  const { plan, config, catalogue, problems } = readStack(nameOfStack(stack, stackNames(files)), files);
  if (!plan || !config.value || !catalogue?.value) throw new InvalidInput(problems);
  const { teams, services } = catalogue.value;
  return { plan, config: config.value, teams: Object.keys(teams), services: Object.keys(services) };
}
