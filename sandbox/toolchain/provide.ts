import { askMakers, isPublished } from "./download.ts";
import { ORIGINS, onlyOrigin } from "./downloads.ts";
import { ToolchainError } from "./errors.ts";
import { goFor } from "./go.ts";
import { untilInterrupted } from "./interruption.ts";
import { type Finding, type FoundProgram, findAll } from "./look.ts";
import { makeMissing } from "./missing.ts";
import type { ProgramDefinition } from "./programs.ts";

export interface ProvideOptions {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** The stream for progress. @default process.stdout */
  readonly output?: NodeJS.WritableStream;
  /** Print nothing if nothing is missing. @default false */
  readonly quiet?: boolean;
  /** The interval of progress lines without a terminal, in milliseconds. @default 30000 */
  readonly plainEvery?: number;
}

/**
 * Finds every program, downloads missing ones, and builds those without a download.
 * @throws ToolchainError
 */
export function provide<Name extends string>(
  programs: readonly ProgramDefinition<Name>[],
  options: ProvideOptions = {},
): Promise<readonly FoundProgram<Name>[]> {
  return untilInterrupted((signal) => findOrMake(programs, options, signal));
}

async function findOrMake<Name extends string>(
  wanted: readonly ProgramDefinition<Name>[],
  { environment = process.env, output = process.stdout, quiet = false, plainEvery = 30_000 }: ProvideOptions,
  signal: AbortSignal,
): Promise<readonly FoundProgram<Name>[]> {
  const findings = await findAll(wanted, environment, signal);
  const missing = findings.filter(({ found }) => found === undefined);
  const sums = await sumsOf(missing, environment, output, signal);
  if (missing.length > 0) {
    const toBuild = missing.filter((finding) => !isPublished(finding, sums));
    const go = toBuild.length === 0 ? "" : await goFor(toBuild, environment);
    if (go instanceof ToolchainError) throw go;
    await makeMissing(missing, { go, sums, environment, signal, output, plainEvery });
  }
  const programs = findings.map((finding) => {
    const { found, official, built } = finding;
    return found ?? (official !== undefined && isPublished(finding, sums) ? official.program : built);
  });
  if (missing.length > 0 || !quiet) {
    const origins = [...Map.groupBy(programs, ({ origin }) => origin)];
    const counts = origins.map(([origin, { length }]) => `${length} ${inWords[origin]}`);
    output.write(`The toolchain is ready (${counts.join(", ")}).\n`);
  }
  return programs;
}

const inWords: Readonly<Record<FoundProgram["origin"], string>> = {
  PATH: "from PATH",
  "plugin folder": "from Pulumi's plugin folder",
  download: "downloaded",
  built: "built",
};

/** Asks the makers of missing programs for checksums, and prints one line about those that did not answer. */
async function sumsOf(
  missing: readonly Finding[],
  environment: NodeJS.ProcessEnv,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { sums, silent } = await askMakers(missing, environment, signal);
  const reasons = silent.join("; ");
  if (silent.length > 0 && onlyOrigin(environment) === "download") {
    const message = `Some programs cannot be downloaded (${reasons}), and ${ORIGINS}=download forbids building them.`;
    throw new ToolchainError("download failed", `${message}\nRun again, or without that setting.`);
  }
  if (silent.length > 0)
    output.write(`Building programs from source that cannot be downloaded (${reasons}).\n`);
  return sums;
}
