import { didYouMean, listed } from "../../model/diagnostics.ts";
import { openClusterOf } from "../cluster.ts";
import { CLUSTER, option, type ValuesOf } from "../command.ts";
import { FleetError } from "../fleet-error.ts";
import { type StackFiles, validStack } from "../stack-files.ts";

/** The options that lead to a cluster. In an incident the files may be wrong, so a context alone is enough. */
export const CLUSTER_OF_STACK = {
  stack: option(
    "<name>",
    "a stack of the cluster; its files give the context and the known names (--context alone needs no files)",
  ),
  ...CLUSTER,
};

/**
 * Opens a cluster, and reads the files of its stack if one is named.
 * @throws FleetError if neither a stack nor a context is named; InvalidInput if the stack's files are wrong
 */
export async function clusterOf({ stack, ...choice }: ValuesOf<typeof CLUSTER_OF_STACK>) {
  if (stack === undefined && choice.context === undefined)
    throw new FleetError("Which cluster? Name a stack with --stack, or a context with --context.");
  const files = stack === undefined ? undefined : validStack(stack);
  return { cluster: await openClusterOf(files?.plan, choice), files };
}

/**
 * A misspelt name would close nothing.
 * @throws FleetError for a Stage or service that the stack's files do not have
 */
export function checkNames(
  { config, services }: StackFiles,
  named: { readonly stages: readonly string[]; readonly services: readonly string[] },
): void {
  const stages = Object.values(config.pipelines).flatMap((all) => all.map(({ stage }) => stage));
  const known = [
    { what: "stage of any pipeline", given: named.stages, names: [...new Set(stages)] },
    { what: "service of the catalogue", given: named.services, names: services },
  ];
  for (const { what, given, names } of known)
    for (const name of given.filter((one) => !names.includes(one)))
      throw new FleetError(
        `${JSON.stringify(name)} is not a ${what} (there are: ${listed(names)}). ${didYouMean(name, names) ?? "Use one of these."}`,
      );
}
