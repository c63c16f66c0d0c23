import type { Fleet } from "../all-stacks.ts";

/** A name that Pulumi accepts for a stack, and that is safe for an artifact and an environment. */
const STACK_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** The stacks and catalogues that workflows use. */
interface WorkflowStacks {
  /** All stacks except the sandbox's. */
  readonly stacks: readonly string[];
  /** The catalogues that the stacks name. */
  readonly catalogues: readonly string[];
}

/** The stacks that a workflow previews and updates, with their catalogues. */
export function workflowStacks({ stacks }: Fleet): WorkflowStacks {
  return {
    stacks: stacks
      .filter(({ name, config }) => STACK_NAME.test(name) && config.value?.github.sandbox !== true)
      .map(({ name }) => name),
    catalogues: [...new Set(stacks.map(({ config }) => config.value?.catalogue ?? "services.json"))],
  };
}
