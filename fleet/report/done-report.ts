import type { EngineRun, FleetReport } from "../preview/change.ts";

/** The report on finished runs of the engine, without the plans before and after. */
export function doneReport(
  head: string,
  runs: readonly { readonly stack: string; readonly engine: EngineRun }[],
): FleetReport {
  return {
    tense: "done",
    base: "",
    head,
    stacks: runs.map(({ stack, engine }) => ({
      change: {
        stack,
        cluster: stack,
        before: undefined,
        after: undefined,
        services: [],
        shared: [],
        sharedDiffers: false,
        inputs: [],
        movements: [],
        problems: [],
        losses: [],
      },
      engine,
    })),
    problems: [],
    program: [],
  };
}
