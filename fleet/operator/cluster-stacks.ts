import { InvalidInput, listed } from "../../model/diagnostics.ts";
import { type FoundStack, nameOfStack, readFleet } from "../all-stacks.ts";
import type { Files } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import {
  type OperatorSettings,
  podAccount,
  type RightStack,
  type StackResource,
  stackResource,
} from "./stack-resource.ts";

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
  const { stacks, problems, between } = readFleet(files);
  const name = nameOfStack(
    reference,
    stacks.map((stack) => stack.name),
  );
  const cluster = stacks.find((stack) => stack.name === name)?.config.value?.cluster.name;
  const here = stacks.filter(({ config }) => config.value?.cluster.name === cluster);
  const right = here.filter(isRight);
  if (right.length < here.length || cluster === undefined || between.length > 0)
    throw new InvalidInput(problems);
  const accounts = new Set(
    right.map(({ name: stack, config }) => podAccount(stack, config.value.access.deployer).namespace),
  );
  if (accounts.size > 1)
    throw new FleetError(
      `The stacks of cluster ${cluster} have deployers in several namespaces (${listed([...accounts])}), but the operator finds a stack's prerequisites only in its own namespace. Give them one deployer.`,
    );
  const shared = right.find(({ config }) => config.value.platform);
  const rest = right.filter((stack) => stack !== shared);
  return [
    ...(shared ? [stackResource(shared, undefined, settings)] : []),
    ...rest.map((stack) => stackResource(stack, shared?.name, settings)),
  ];
}

function isRight(stack: FoundStack): stack is RightStack {
  return stack.plan !== undefined && stack.config.value !== undefined;
}
