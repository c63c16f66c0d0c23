import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { connectAnew } from "../local-connections.ts";
import { type EngineCommand, runCommand } from "./engine-commands.ts";

/*
 * A process in which the program of the working directory runs, again and again, each time from its first line. Half of what
 * a command of the engine costs is a Node that loads Pulumi; here it is loaded once. The engine and its plugins are
 * processes of their own as ever.
 */

/** One order; it is answered in turn, by its number. */
export interface Order {
  readonly number: number;
  readonly command: EngineCommand;
}

const [projectName = ""] = process.argv.slice(2);
const program = resolve("index.ts");
let runs = 0;
let stack: Promise<Stack> | undefined;

function open(): Promise<Stack> {
  return LocalWorkspace.selectStack(
    {
      stackName: "test",
      projectName,
      // Modules are evaluated once for each address: the first of them anew, those that it imports as they are.
      program: async () => ({ ...(await import(`${pathToFileURL(program)}?run=${++runs}`)) }),
    },
    { workDir: process.cwd() },
  );
}

connectAnew();
process.on("message", async ({ number, command }: Order) => {
  stack ??= open();
  const own = await stack;
  own.outputs = async () => ({});
  own.info = async () => undefined;
  process.send?.({ number, ...(await runCommand(own, command)) });
});
// Whoever asked is gone.
process.on("disconnect", () => process.exit());
