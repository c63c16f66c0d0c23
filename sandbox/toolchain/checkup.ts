import { type Answers, askMakers, isPublished } from "./download.ts";
import { goFor } from "./go.ts";
import { untilInterrupted } from "./interruption.ts";
import { type Finding, findAll } from "./look.ts";
import { firstOnPath, toolchainCache } from "./places.ts";
import { command, type ProgramDefinition } from "./programs.ts";
import { askVersion } from "./version.ts";

/** One row of the doctor's table. */
export interface CheckupRow {
  readonly program: string;
  /** The accepted versions, in words. */
  readonly wanted: string;
  /** The found version; undefined if none is accepted. */
  readonly found?: string;
  readonly from?: string;
  readonly path?: string;
  /** What will happen, if that is worth a note. */
  readonly note?: string;
  readonly ok: boolean;
}

/** The result of `npm run doctor`. */
export interface Checkup {
  /** Whether the sandbox can start after downloads and builds. */
  readonly healthy: boolean;
  readonly rows: readonly CheckupRow[];
  /** Programs that only the tests use. */
  readonly tests: readonly CheckupRow[];
  /** Programs on this machine that were rejected, with reasons. */
  readonly refused: readonly string[];
  /** What the user must do; empty if healthy. */
  readonly advice: readonly string[];
  /** The cache folder. */
  readonly cache: string;
}

/** Examines all programs of the sandbox and the tests and asks the makers for checksums. It changes nothing. */
export function examine(
  programs: readonly ProgramDefinition[],
  testPrograms: readonly ProgramDefinition[],
  environment: NodeJS.ProcessEnv,
): Promise<Checkup> {
  return untilInterrupted(async (signal) => {
    const findings = await findAll(programs, environment, signal);
    const besides = await findAll(testPrograms, environment, signal);
    const missing = [...findings, ...besides].filter(({ found }) => found === undefined);
    const { sums, silent } = await askMakers(missing, environment, signal);
    const toBuild = findings.filter((finding) => !finding.found && !isPublished(finding, sums));
    const go = await goFor(toBuild, environment);
    const git = await commandRow("git", "--version", "to clone", environment, signal);
    const goRow = await commandRow("go", "version", "to build", environment, signal);
    const rowOf = (finding: Finding) => row(finding, sums, typeof go === "string");
    const rows = [git, { ...goRow, ok: goRow.ok || toBuild.length === 0 }, ...findings.map(rowOf)];
    return {
      healthy: rows.every(({ ok }) => ok),
      rows,
      tests: besides.map(rowOf),
      refused: [
        ...[...findings, ...besides].flatMap(({ refused }) => refused),
        ...silent.map((reason) => `downloads from ${reason}`),
      ],
      advice: [
        ...(git.ok ? [] : ["Put git on PATH."]),
        ...(toBuild.length > 0 && typeof go !== "string" ? [go.message] : []),
      ],
      cache: toolchainCache(environment),
    };
  });
}

async function commandRow(
  program: string,
  argument: string,
  wanted: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<CheckupRow> {
  const path = await firstOnPath(program, environment);
  if (path === undefined) return { program, wanted, note: "not on PATH", ok: false };
  const answer = await askVersion(path, command(/(\d+\.\d+\S*)/, argument), environment, signal);
  return "version" in answer
    ? { program, wanted, found: answer.version, from: "PATH", path, ok: true }
    : { program, wanted, path, note: answer.problem, ok: false };
}

function row(finding: Finding, sums: Answers["sums"], buildable: boolean): CheckupRow {
  const { definition, found, official } = finding;
  const { name: program, wanted, recipe } = definition;
  if (found !== undefined) {
    const { version, origin, path } = found;
    return { program, wanted, found: version, from: origin, path, ok: true };
  }
  if (official !== undefined && isPublished(finding, sums)) {
    const note = `would be downloaded from ${new URL(official.download.url).origin}`;
    return { program, wanted, note, ok: true };
  }
  const note = buildable ? `would be built, usually ${recipe.usually}` : "missing";
  return { program, wanted, note, ok: buildable };
}
