import { setFlagsFromString } from "node:v8";

/**
 * Makes V8 collect garbage sooner. A status reads lists of many megabytes, each of which is garbage after its page. V8
 * would let the process grow to 400 MB meanwhile; so it stays below 300 MB, and takes half more CPU time. Node 20 to 26
 * know both flags.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=20");
}
