import { Command } from "commander";
import { InvalidInput } from "../model/diagnostics.ts";
import { adoptCommand } from "./adopt-command.ts";
import { auditCommand } from "./audit-command.ts";
import { checkCommand } from "./check-command.ts";
import { commentCommand } from "./comment-command.ts";
import { decommissionCommand } from "./decommission-command.ts";
import { deployerCommand } from "./deployer-command.ts";
import { driftCommand } from "./drift-command.ts";
import { FleetError } from "./fleet-error.ts";
import { issueCommand } from "./issue-command.ts";
import { listCommand } from "./list-command.ts";
import { newCommand } from "./new-command.ts";
import { previewCommand } from "./preview-command.ts";
import { recoverCommand } from "./recover-command.ts";
import { redeliverCommand } from "./redeliver-command.ts";
import { renderCommand } from "./render-command.ts";
import { reportCommand } from "./report-command.ts";
import { seedCommand } from "./seed-command.ts";
import { trustCommand } from "./trust-command.ts";

/* What a whole fleet needs beside `pulumi up`. */

const program = new Command("fleet")
  .description("Looks after a whole fleet of services: beside pulumi up, never instead of it.")
  .option("-C, --cwd <folder>", "work in this folder, where the stack files are")
  .hook("preAction", enter)
  .showHelpAfterError("(--help says what there is)")
  .addCommand(adoptCommand())
  .addCommand(auditCommand())
  .addCommand(checkCommand())
  .addCommand(commentCommand())
  .addCommand(decommissionCommand())
  .addCommand(deployerCommand())
  .addCommand(driftCommand())
  .addCommand(issueCommand())
  .addCommand(listCommand())
  .addCommand(newCommand())
  .addCommand(previewCommand())
  .addCommand(recoverCommand())
  .addCommand(redeliverCommand())
  .addCommand(renderCommand())
  .addCommand(reportCommand())
  .addCommand(seedCommand())
  .addCommand(trustCommand());

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
