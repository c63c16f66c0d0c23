import { InvalidInput, listed } from "../../model/diagnostics.ts";
import { readFleet } from "../all-stacks.ts";
import { clusterStacks } from "../cluster-stacks.ts";
import type { Files } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { type OperatorSettings, podAccount, type StackResource, stackResource } from "./stack-resource.ts";

/**
 * The operator's resources of all stacks of one cluster. The stack with the shared objects comes first, and is the
 * prerequisite of all others.
 * @param reference any stack of the cluster
 * @throws InvalidInput if a file has a problem, FleetError if the operator cannot run these stacks
 */
export function clusterResources(
  reference: string,
  files: Files,
  settings: OperatorSettings,
): readonly StackResource[] {
  const fleet = readFleet(files);
  const { name, stacks } = clusterStacks(fleet, reference);
  if (fleet.between.length > 0) throw new InvalidInput(fleet.problems);
  const accounts = new Set(
    stacks.map((stack) => podAccount(stack.name, stack.config.value.access.deployer).namespace),
  );
  if (accounts.size > 1)
    throw new FleetError(
      `The stacks of cluster ${name} have deployers in several namespaces (${listed([...accounts])}), but the operator finds a stack's prerequisites only in its own namespace. Give them one deployer.`,
    );
  const shared = stacks.find(({ config }) => config.value.platform);
  return stacks.map((stack) => stackResource(stack, stack === shared ? undefined : shared?.name, settings));
}
