import type { EngineEvent, OpMap, UpOptions } from "@pulumi/pulumi/automation/index.js";
import { connectAnew } from "./local-connections.ts";

connectAnew();

/**
 * What happened to each resource, by its name: `create`, `same`, `replace`, …, or one after the other: `import, update`. The
 * stack itself is left out.
 */
export type Steps = Readonly<Record<string, string>>;

/**
 * A command of the engine on a program that is a function of this process.
 *
 * @param told takes what the CLI printed and what happened to each resource, also where the command fails
 * @returns how many resources were created, updated, left the same, and so on
 */
export async function inlineRun(
  command: (options: UpOptions) => Promise<unknown>,
  told: (printed: string, steps: Steps) => void,
): Promise<OpMap> {
  let changes: OpMap = {};
  let printed = "";
  const steps: Record<string, string> = {};
  const options: UpOptions = {
    color: "never",
    onOutput: (text) => {
      printed += text;
    },
    onEvent: (event) => {
      changes = event.summaryEvent?.resourceChanges ?? changes;
      const { name, step } = stepOf(event) ?? {};
      if (name === undefined || steps[name]?.split(", ").at(-1) === step) return;
      steps[name] = steps[name] === undefined ? `${step}` : `${steps[name]}, ${step}`;
    },
  };
  try {
    await command(options);
  } finally {
    told(printed, steps);
  }
  return changes;
}

/** What an event says that is done to a resource; of a refresh only what came out. */
function stepOf({
  resourcePreEvent,
  resOutputsEvent,
}: EngineEvent): { name: string; step: string } | undefined {
  const { urn = "", op = "refresh", type } = (resOutputsEvent ?? resourcePreEvent)?.metadata ?? {};
  if (op === "refresh" || type === "pulumi:pulumi:Stack") return undefined;
  // A replacement has three steps.
  return { name: urn.split("::").at(-1) ?? "", step: /replace/.test(op) ? "replace" : op };
}
