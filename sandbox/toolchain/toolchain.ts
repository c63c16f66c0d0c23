import { ORIGINS } from "./downloads.ts";
import type { FoundProgram as Found } from "./look.ts";
import { type ProgramName, programs } from "./programs.ts";
import { type ProvideOptions, provide } from "./provide.ts";

export { ToolchainError } from "./errors.ts";
export type { ProgramName } from "./programs.ts";

/** A program of the sandbox. */
export type FoundProgram = Found<ProgramName>;

/** All programs of the sandbox. */
export interface Toolchain {
  readonly programs: Readonly<Record<ProgramName, FoundProgram>>;
}

/** What the option `--build` of commands does. */
export const BUILD = "use only programs that are built from Go modules";

/** Makes this process and its children use only built programs, like {@link BUILD}. */
export function buildEverything(): void {
  process.env[ORIGINS] = "build";
}

/**
 * Finds every program, and downloads or builds missing ones with progress.
 * Ctrl-C (SIGINT, SIGTERM, SIGHUP) stops the work and leaves no partial files. It becomes a ToolchainError with
 * `exitCode` 130.
 * @throws ToolchainError
 */
export async function ensureToolchain(options?: ProvideOptions): Promise<Toolchain> {
  const found = await provide(programs, options);
  const byName = Object.fromEntries(found.map((program) => [program.name, program]));
  return { programs: byName as Record<ProgramName, FoundProgram> };
}
