import type { EngineEvent, OpMap, UpOptions } from "@pulumi/pulumi/automation/index.js";
import { connectAnew } from "./local-connections.ts";

connectAnew();

/**
 * The operation on each resource, by its Pulumi name: `create`, `same`, `replace`, …, or several: `import, update`.
 * The stack itself is left out.
 */
export type Steps = Readonly<Record<string, string>>;

/**
 * Runs an engine command with a function of this process as the program.
 * @param told receives the CLI's output and the operations, even if the command fails
 * @returns the number of created, updated, unchanged resources, and so on
 */
export async function inlineRun(
  command: (options: UpOptions) => Promise<unknown>,
  onUpdate: (printed: string, steps: Steps) => void,
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
    onUpdate(printed, steps);
  }
  return changes;
}

/** The operation in an event; for a refresh the result. */
function stepOf({
  resourcePreEvent,
  resOutputsEvent,
}: EngineEvent): { name: string; step: string } | undefined {
  const { urn = "", op = "refresh", type } = (resOutputsEvent ?? resourcePreEvent)?.metadata ?? {};
  if (op === "refresh" || type === "pulumi:pulumi:Stack") return undefined;
  // A replacement has three steps.
  return { name: urn.split("::").at(-1) ?? "", step: /replace/.test(op) ? "replace" : op };
}
