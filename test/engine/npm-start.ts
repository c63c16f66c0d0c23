import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

/** The processes with a folder on their command line. */
export async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await execa("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes(folder));
}

/** Runs what `npm start` runs, with its data in a folder. */
export function startIn(folder: string, ...args: readonly string[]) {
  return execa(process.execPath, ["sandbox/start.ts", "--directory", folder, ...args], {
    // Coverage of the many program runs would take longer than the runs.
    env: { NODE_V8_COVERAGE: "", NODE_COMPILE_CACHE: join(tmpdir(), "kargo-fleet-compile-cache") },
    all: true,
    reject: false,
  });
}
