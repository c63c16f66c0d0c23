import type { EngineEvent, OpType, Stack } from "@pulumi/pulumi/automation/index.js";

/** What one command of the engine did. */
export interface Run {
  /** What happened to each resource, by its name: `create`, `same`, `update`, … */
  readonly steps: Readonly<Record<string, OpType>>;
  /** All that the CLI printed. */
  readonly output: string;
  /** Whether the command failed; its message is in the output. */
  readonly failed: boolean;
}

/** The commands of the engine that tests give. */
export type EngineCommand = "preview" | "up" | "refresh" | "destroy";

/** Runs one command on a stack. */
export async function runCommand(stack: Stack, command: EngineCommand): Promise<Run> {
  const steps: Record<string, OpType> = {};
  const printed: string[] = [];
  const onEvent = (event: EngineEvent) => {
    const { urn, op } = event.resourcePreEvent?.metadata ?? {};
    const name = urn?.split("::").at(-1);
    if (
      name !== undefined &&
      op !== undefined &&
      !/::pulumi:(pulumi:Stack|providers:pulumi::)/.test(urn ?? "")
    )
      steps[name] = op as OpType;
  };
  const options = { onEvent, onOutput: (text: string) => printed.push(text), color: "never" } as const;
  const failed = await stack[command](options).then(
    () => false,
    (error: Error) => {
      printed.push(error.message);
      return true;
    },
  );
  return { steps, output: printed.join(""), failed };
}
