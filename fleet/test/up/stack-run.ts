import type { StackRun } from "../../up/engine-run.ts";

/** A run that changed nothing. */
export function stackRun(more: Partial<StackRun> = {}): StackRun {
  return {
    stack: "prod-eu-03",
    outcome: "done",
    steps: [],
    unchanged: 0,
    errors: [],
    broken: new Map(),
    written: true,
    lost: false,
    milliseconds: 1_000,
    ...more,
  };
}
