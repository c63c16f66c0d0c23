import { Command } from "commander";
import { InvalidInput } from "../model/diagnostics.ts";
import { FleetError } from "./fleet-error.ts";

/* What a whole fleet needs beside `pulumi up`. */

/** Half of a short command would be the loading of the others. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  adopt: async () => (await import("./adopt-command.ts")).adoptCommand(),
  audit: async () => (await import("./audit-command.ts")).auditCommand(),
  check: async () => (await import("./check-command.ts")).checkCommand(),
  comment: async () => (await import("./comment-command.ts")).commentCommand(),
  decommission: async () => (await import("./decommission-command.ts")).decommissionCommand(),
  deployer: async () => (await import("./deployer-command.ts")).deployerCommand(),
  drift: async () => (await import("./drift-command.ts")).driftCommand(),
  issue: async () => (await import("./issue-command.ts")).issueCommand(),
  list: async () => (await import("./list-command.ts")).listCommand(),
  new: async () => (await import("./new-command.ts")).newCommand(),
  preview: async () => (await import("./preview-command.ts")).previewCommand(),
  recover: async () => (await import("./recover-command.ts")).recoverCommand(),
  redeliver: async () => (await import("./redeliver-command.ts")).redeliverCommand(),
  render: async () => (await import("./render-command.ts")).renderCommand(),
  report: async () => (await import("./report-command.ts")).reportCommand(),
  seed: async () => (await import("./seed-command.ts")).seedCommand(),
  trust: async () => (await import("./trust-command.ts")).trustCommand(),
};

const program = new Command("fleet")
  .description("Looks after a whole fleet of services: beside pulumi up, never instead of it.")
  .option("-C, --cwd <folder>", "work in this folder, where the stack files are")
  .hook("preAction", enter)
  .showHelpAfterError("(--help says what there is)");
for (const command of await named(process.argv.slice(2))) program.addCommand(command);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof FleetError || error instanceof InvalidInput)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function enter(command: Command): void {
  const { cwd } = command.opts<{ cwd?: string }>();
  if (cwd === undefined) return;
  try {
    process.chdir(cwd);
  } catch {
    throw new FleetError(`${cwd} is no folder that can be entered (-C).`);
  }
}

/** The commands whose names are given, and all where none is: for the help, and for what is misspelt. */
function named(given: readonly string[]): Promise<Command[]> {
  const all = Object.entries(COMMANDS);
  const meant = all.filter(([name]) => given.includes(name));
  return Promise.all((meant.length > 0 ? meant : all).map(([, load]) => load()));
}
