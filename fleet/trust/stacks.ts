import type { Fleet } from "../all-stacks.ts";

/** A name that Pulumi accepts for a stack, and that is safe for an artifact and an environment. */
const STACK_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** The stacks that a workflow previews and updates, all except the sandbox's, and the catalogues that stacks name. */
export function workflowStacks({ stacks }: Fleet) {
  return {
    stacks: stacks
      .filter(({ name, config }) => STACK_NAME.test(name) && config.value?.github.sandbox !== true)
      .map(({ name }) => name),
    catalogues: [...new Set(stacks.map(({ config }) => config.value?.catalogue ?? "services.json"))],
  };
}
