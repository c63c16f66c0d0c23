import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { connectAnew } from "../local-connections.ts";
import { type EngineCommand, runCommand } from "./engine-commands.ts";

/*
 * A process that runs the program of the working directory repeatedly, each time from its first line. Loading
 * Pulumi in Node is half of an engine command's time; here it happens once. The engine and its plugins are separate
 * processes as usual.
 */

/** One command; its answer has the same number. */
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
      // Each address of a module is evaluated once: the program's first module anew, its imports not.
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
// The parent process has ended.
process.on("disconnect", () => process.exit());
