import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT } from "./folder.ts";
import { SandboxError } from "./sandbox-error.ts";

/**
 * Creates a stack in the sandbox's backend, so that `pulumi up` finds it selected.
 * @throws SandboxError
 */
export async function selectStack(
  stack: string,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(directory, "state"), { recursive: true, mode: 0o700 });
  await mkdir(join(directory, "pulumi-home"), { recursive: true, mode: 0o700 });
  // A file in place of the CLI's folder of logs: it writes one of every run, which takes a third of its time.
  await writeFile(join(directory, "pulumi-home", "logs"), "");
  const pulumi = join(directory, "bin", "pulumi");
  const select = ["stack", "select", "--create", "--stack", stack, "--non-interactive"];
  const { failed, all } = await execa(pulumi, select, {
    cwd: PROJECT,
    env: environment,
    all: true,
    reject: false,
  });
  if (failed) {
    throw new SandboxError(`The stack "${stack}" could not be created. Pulumi says:\n${all}`);
  }
}
