import type { OpMap, UpOptions } from "@pulumi/pulumi/automation/index.js";
import { connectAnew } from "./local-connections.ts";

connectAnew();

/**
 * A command of the engine on a program that is a function of this process.
 *
 * @param told takes what the CLI printed, also where the command fails
 * @returns how many resources were created, updated, left the same, and so on
 */
export async function inlineRun(
  command: (options: UpOptions) => Promise<unknown>,
  told: (printed: string) => void,
): Promise<OpMap> {
  let changes: OpMap = {};
  let printed = "";
  const options: UpOptions = {
    color: "never",
    onOutput: (text) => {
      printed += text;
    },
    onEvent: ({ summaryEvent }) => {
      changes = summaryEvent?.resourceChanges ?? changes;
    },
  };
  try {
    await command(options);
  } finally {
    told(printed);
  }
  return changes;
}
