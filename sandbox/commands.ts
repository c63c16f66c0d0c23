import { Command } from "commander";
import { SANDBOX_DIRECTORY } from "./folder.ts";
import { detachRecorded, readRecords } from "./processes.ts";
import { remoteOf } from "./push.ts";
import { readSandbox, type Sandbox, startSandbox, stopSandbox } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";
import { waitForSignal } from "./signals.ts";
import { describeSandbox } from "./status.ts";
import { BUILD, buildEverything, ToolchainError } from "./toolchain/toolchain.ts";

/** The exit code of `sandbox:status` when nothing runs; `systemctl status` uses the same. */
const DOWN = 3;

const program = new Command("sandbox").description(
  "A real Kubernetes API server and a local GitHub for this folder.",
);

program
  .command("up")
  .description("start the sandbox and leave it running")
  .option("--build", BUILD)
  .on("option:build", buildEverything)
  .action(async () => {
    const running = await readSandbox(SANDBOX_DIRECTORY);
    if (running !== undefined) {
      console.log("The sandbox is already running.");
      printUsage(running);
      return;
    }
    const sandbox = await startSandbox({ directory: SANDBOX_DIRECTORY });
    await detachRecorded(SANDBOX_DIRECTORY);
    printUsage(sandbox);
  });

program
  .command("down")
  .description("stop the sandbox and remove its data")
  .option("--keep", "keep the logs")
  .action(async ({ keep = false }: { keep?: boolean }) => {
    const wasUp = (await readRecords(SANDBOX_DIRECTORY)) !== undefined;
    await stopSandbox(SANDBOX_DIRECTORY, { keepLogs: keep });
    console.log(wasUp ? "The sandbox is down." : "The sandbox was not running.");
  });

program
  .command("status")
  .description(`show the processes and objects; exit code ${DOWN} if it is down`)
  .action(async () => {
    const sandbox = await readSandbox(SANDBOX_DIRECTORY);
    const records = await readRecords(SANDBOX_DIRECTORY);
    if (records !== undefined) {
      console.log(await describeSandbox(records, sandbox));
    }
    if (sandbox !== undefined) return;
    process.exitCode = DOWN;
    console.log(
      records === undefined
        ? "The sandbox is down. Start it with: npm run sandbox:up"
        : "The sandbox is not up: it is being started, or these are the leftovers of a killed run.\n" +
            "Both npm start and npm run sandbox:up clean up first; npm run sandbox:down only cleans up.",
    );
  });

try {
  await program.parseAsync();
} catch (error) {
  await waitForSignal();
  if (!(error instanceof SandboxError || error instanceof ToolchainError)) {
    throw error;
  }
  console.error(error.message);
  process.exitCode = error instanceof ToolchainError ? error.exitCode : 1;
}

function printUsage(sandbox: Sandbox): void {
  const { exportLine } = sandbox;
  console.log(
    [
      "",
      "For pulumi and kubectl in this shell:",
      `  ${exportLine}`,
      "",
      "Then:",
      "  pulumi up                               provision the services of services.json",
      "  npm run kubectl -- get stages -A        look around as the administrator",
      `  git clone ${remoteOf(sandbox, "acme/nginx")}`,
      "                                          a push to it becomes a Workflow",
      "  npm run sandbox:status                  what runs, and how much is in it",
      "  npm run sandbox:down                    stop it and remove its data",
    ].join("\n"),
  );
}
