import type { EngineEvent, OpType, Stack } from "@pulumi/pulumi/automation/index.js";

/** The result of one engine command. */
export interface Run {
  /** The operation on each resource, by its Pulumi name: `create`, `same`, `update`, … */
  readonly steps: Readonly<Record<string, OpType>>;
  /** All output of the CLI. */
  readonly output: string;
  /** Whether the command failed; the output contains its message. */
  readonly failed: boolean;
}

/** The engine commands that tests use. */
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
