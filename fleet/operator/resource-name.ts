import { stableHash } from "../../model/names.ts";

/** The operator's definition refuses a longer name: the names of its pods and their labels are made from it. */
export const RESOURCE_NAME_LIMIT = 42;

/**
 * The name of a stack's resource: the stack's own if the API server accepts it, else a cut one with a hash of the
 * stack's name, so that two stacks never share one.
 */
export function resourceName(stack: string): string {
  if (stack.length <= RESOURCE_NAME_LIMIT && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(stack)) return stack;
  const hash = stableHash("stack resource", stack).toString(36).padStart(7, "0");
  const start = stack
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, RESOURCE_NAME_LIMIT - hash.length - 1)
    .replace(/^-|-+$/g, "");
  return start === "" ? hash : `${start}-${hash}`;
}
