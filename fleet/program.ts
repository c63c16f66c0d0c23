import { Command } from "commander";
import { InvalidInput } from "../model/diagnostics.ts";
import { FleetError } from "./fleet-error.ts";

/** Commands are loaded on demand, because loading all of them takes half the time of a short command. */
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
  "move-values": async () => (await import("./move-values-command.ts")).moveValuesCommand(),
  new: async () => (await import("./new-command.ts")).newCommand(),
  operator: async () => (await import("./operator-command.ts")).operatorCommand(),
  preview: async () => (await import("./preview-command.ts")).previewCommand(),
  recover: async () => (await import("./recover-command.ts")).recoverCommand(),
  redeliver: async () => (await import("./redeliver-command.ts")).redeliverCommand(),
  release: async () => (await import("./release-command.ts")).releaseCommand(),
  render: async () => (await import("./render-command.ts")).renderCommand(),
  report: async () => (await import("./report-command.ts")).reportCommand(),
  resume: async () => (await import("./resume-command.ts")).resumeCommand(),
  seed: async () => (await import("./seed-command.ts")).seedCommand(),
  reshard: async () => (await import("./reshard-command.ts")).reshardCommand(),
  shards: async () => (await import("./shards-command.ts")).shardsCommand(),
  "stop-the-line": async () => (await import("./stop-the-line-command.ts")).stopTheLineCommand(),
  status: async () => (await import("./status-command.ts")).statusCommand(),
  trust: async () => (await import("./trust-command.ts")).trustCommand(),
  up: async () => (await import("./up-command.ts")).upCommand(),
  windows: async () => (await import("./windows-command.ts")).windowsCommand(),
};

/**
 * Runs one `fleet` command, prints its output, and sets the exit code of this process.
 * @param args the arguments after `fleet`
 * @throws internal errors; errors that a user can cause are printed in one line
 */
export async function fleet(args: readonly string[]): Promise<void> {
  const program = new Command("fleet")
    .description("Commands for a whole fleet of services, in addition to pulumi up.")
    .option("-C, --cwd <folder>", "use the stack files of this folder")
    .hook("preAction", enter)
    .showHelpAfterError("(see --help)");
  for (const command of await named(args)) program.addCommand(command);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const message = causedByAPerson(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}

/** The message for an error that a user can cause; undefined for an internal error, which needs its stack. */
function causedByAPerson(error: unknown): string | undefined {
  if (error instanceof FleetError || error instanceof InvalidInput) return error.message;
  if (!(error instanceof Error && "code" in error)) return undefined;
  // A file system error. The system's message names the file.
  if ("syscall" in error) return `${error.message}. Does it exist, and can you read it?`;
  // The URL may contain a token.
  if (error.code !== "ERR_INVALID_URL") return undefined;
  return "An address in the environment is invalid: check GITHUB_BASE_URL, GITHUB_SERVER_URL and HTTPS_PROXY.";
}

function enter(command: Command): void {
  const { cwd } = command.opts<{ cwd?: string }>();
  if (cwd === undefined) return;
  try {
    process.chdir(cwd);
  } catch {
    throw new FleetError(`${cwd} is not an accessible folder (-C).`);
  }
}

/** The commands with these names, or all if there is none (for the help and for typos). */
function named(given: readonly string[]): Promise<Command[]> {
  const all = Object.entries(COMMANDS);
  const meant = all.filter(([name]) => given.includes(name));
  return Promise.all((meant.length > 0 ? meant : all).map(([, load]) => load()));
}
