import { type Answers, askMakers, isPublished } from "./download.ts";
import { goFor } from "./go.ts";
import { untilInterrupted } from "./interruption.ts";
import { type Catalogue, type Finding, look } from "./look.ts";
import { firstOnPath, toolchainCache } from "./places.ts";
import { askVersion } from "./version.ts";

/** One program of the doctor's table. */
export interface CheckupRow {
  readonly program: string;
  /** The versions that will do, in words. */
  readonly wanted: string;
  /** The version there is; absent where there is none that will do. */
  readonly found?: string;
  readonly from?: string;
  readonly path?: string;
  /** What will happen, where there is something to say. */
  readonly note?: string;
  readonly ok: boolean;
}

/** Everything that the doctor says. */
export interface Checkup {
  /** Whether the sandbox can start here, after downloading or building what is missing. */
  readonly healthy: boolean;
  readonly rows: readonly CheckupRow[];
  /** What the tests take besides; the sandbox starts without it. */
  readonly tests: readonly CheckupRow[];
  /** What is on this machine and was not taken, with the reason. */
  readonly refused: readonly string[];
  /** What a person has to do; empty where healthy. */
  readonly advice: readonly string[];
  /** The folder of what is downloaded or built. */
  readonly cache: string;
}

/** Looks at everything that the sandbox needs, and at what only the tests do, and asks the makers; changes nothing. */
export function examine(
  catalogue: Catalogue,
  forTests: Catalogue,
  environment: NodeJS.ProcessEnv,
): Promise<Checkup> {
  return untilInterrupted(async (signal) => {
    const findings = await look(catalogue, environment, signal);
    const besides = await look(forTests, environment, signal);
    const missing = [...findings, ...besides].filter(({ found }) => found === undefined);
    const { sums, silent } = await askMakers(missing, environment, signal);
    const toBuild = findings.filter((finding) => !finding.found && !isPublished(finding, sums));
    const go = await goFor(toBuild, environment);
    const git = await command("git", "--version", "to clone", environment, signal);
    const goRow = await command("go", "version", "to build", environment, signal);
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

async function command(
  program: string,
  argument: string,
  wanted: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<CheckupRow> {
  const path = await firstOnPath(program, environment);
  if (path === undefined) return { program, wanted, note: "not on PATH", ok: false };
  const question = { kind: "command", args: [argument], answer: /(\d+\.\d+\S*)/ } as const;
  const answer = await askVersion(path, question, environment, signal);
  return "version" in answer
    ? { program, wanted, found: answer.version, from: "PATH", path, ok: true }
    : { program, wanted, path, note: answer.problem, ok: false };
}

function row(finding: Finding, sums: Answers["sums"], buildable: boolean): CheckupRow {
  const { definition, found, recipe, official } = finding;
  const { name: program, wanted } = definition;
  if (found !== undefined) {
    const { version, origin, path } = found;
    return { program, wanted, found: version, from: origin, path, ok: true };
  }
  if (official !== undefined && isPublished(finding, sums)) {
    return {
      program,
      wanted,
      note: `would be downloaded from ${new URL(official.download.url).origin}`,
      ok: true,
    };
  }
  const others = Object.keys(recipe.packages).filter((name) => name !== program);
  const together = others.length === 0 ? "" : ` together with ${others.join(" and ")}`;
  const note = buildable ? `would be built, usually ${recipe.usually}${together}` : "missing";
  return { program, wanted, note, ok: buildable };
}
