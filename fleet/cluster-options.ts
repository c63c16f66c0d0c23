import { Option } from "commander";

/* The options of every command that asks a cluster. */

export const CONTEXT = new Option("--context <name>", "the kubeconfig's context (default: the stack's)");
export const KUBECONFIG = new Option(
  "--kubeconfig <file>",
  "a kubeconfig (default: the stack's, or KUBECONFIG)",
);
