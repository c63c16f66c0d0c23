import { Option } from "commander";

/* The options of every command that asks a cluster. */

export const CONTEXT = new Option("--context <name>", "the kubeconfig's context (default: the stack's)");
export const KUBECONFIG = new Option(
  "--kubeconfig <file>",
  "a kubeconfig (default: the stack's, or KUBECONFIG)",
);

/** For the commands that change a state. */
export const OWNER_IS_DEAD = new Option(
  "--owner-is-dead",
  "confirm that no update of the stack runs where locks cannot be checked",
).default(false);
