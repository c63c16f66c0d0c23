import type { Fleet } from "../all-stacks.ts";

/** What Pulumi takes as a stack's name, and what is safe as the name of an artifact and of an environment. */
const STACK_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** What workflows work on. */
export interface WorkflowStacks {
  /** The stacks that have a cluster somewhere: not the sandbox's. */
  readonly stacks: readonly string[];
  /** The catalogues that all stacks name. */
  readonly catalogues: readonly string[];
}

/** The stacks of a fleet that a workflow previews and brings up, and the catalogues they are made from. */
export function workflowStacks({ stacks }: Fleet): WorkflowStacks {
  return {
    stacks: stacks
      .filter(({ name, config }) => STACK_NAME.test(name) && config.value?.github.sandbox !== true)
      .map(({ name }) => name),
    catalogues: [...new Set(stacks.map(({ config }) => config.value?.catalogue ?? "services.json"))],
  };
}
