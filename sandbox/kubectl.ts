import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SANDBOX_DIRECTORY } from "./folder.ts";
import { readSandbox } from "./sandbox.ts";

const sandbox = await readSandbox(SANDBOX_DIRECTORY);
if (sandbox === undefined) {
  console.error("The sandbox is not up. Start it with: npm start, or npm run sandbox:up");
  process.exitCode = 1;
} else {
  const child = spawn(sandbox.toolchain.programs.kubectl.path, process.argv.slice(2), {
    env: { ...process.env, KUBECONFIG: sandbox.controlPlane.kubeconfigs.admin },
    stdio: "inherit",
  });
  // kubectl receives Ctrl-C from the terminal, for example to end `get --watch`; this process then uses its exit
  // code.
  process.on("SIGINT", () => {});
  child.on("error", (error) => {
    console.error(`kubectl could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal ?? "SIGKILL"];
  });
}
