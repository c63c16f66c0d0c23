import { setTimeout as sleep } from "node:timers/promises";
import type { OpMap, UpOptions } from "@pulumi/pulumi/automation/index.js";

const UNHEARD = /14 UNAVAILABLE: No connection established\. Last error: null/;
const ATTEMPTS = 5;

/**
 * A command of the engine on a program that is a function of this process.
 *
 * The SDK swallows what gRPC answers to such a program when it finds no connection: the run ends well with nothing but its
 * stack, or the CLI says so itself. It happens on a busy machine, once in some hundred runs: the CLI takes a port that
 * an earlier one had left seconds ago, and gRPC remembers dead addresses for the whole process. Nothing has happened
 * then, so it is run again.
 *
 * @param told takes what the CLI printed, also where the command fails
 * @param least how many resources the program has at the least
 * @returns how many resources were created, updated, left the same, and so on
 */
export async function inlineRun(
  command: (options: UpOptions) => Promise<unknown>,
  told: (printed: string) => void,
  least = 0,
): Promise<OpMap> {
  for (let attempt = 1; ; attempt++) {
    let changes: OpMap = {};
    let printed = "";
    const done = await command({
      color: "never",
      onOutput: (text) => {
        printed += text;
      },
      onEvent: ({ summaryEvent }) => {
        changes = summaryEvent?.resourceChanges ?? changes;
      },
    }).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    told(printed);
    const heard = Object.values(changes).reduce((sum, count) => sum + (count ?? 0), 0);
    const unheard = UNHEARD.test(printed) || (done === undefined && heard < least);
    if (!unheard || attempt === ATTEMPTS) {
      if (done) throw done.error;
      return changes;
    }
    await sleep(1000);
  }
}
