import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import semver from "semver";
import { cannotBuild, findGo, goNeededBy } from "./go.ts";
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
  /** Whether the sandbox can start here, after building what is missing. */
  readonly healthy: boolean;
  readonly rows: readonly CheckupRow[];
  /** What the tests take besides; the sandbox starts without it. */
  readonly tests: readonly CheckupRow[];
  /** What is on this machine and was not taken, with the reason. */
  readonly refused: readonly string[];
  /** What a person has to do; empty where healthy. */
  readonly advice: readonly string[];
  readonly cache: { readonly path: string; readonly freeBytes?: number };
}

const oldestNode = "22.19.0";

/** Looks at everything that the sandbox needs, and at what only the tests do; changes nothing. */
export function examine(
  catalogue: Catalogue,
  forTests: Catalogue,
  environment: NodeJS.ProcessEnv,
): Promise<Checkup> {
  return untilInterrupted(async (signal) => {
    const findings = await look(catalogue, environment, signal);
    const besides = await look(forTests, environment, signal);
    const missing = findings.filter(({ found }) => found === undefined);
    const needed = await goNeededBy(findings);
    const go = await findGo(needed, environment);
    const node = process.version.slice(1);
    const rows: CheckupRow[] = [
      {
        program: "node",
        wanted: `${oldestNode} or newer`,
        found: node,
        from: "this process",
        path: process.execPath,
        ok: semver.gte(node, oldestNode),
      },
      await command("npm", environment, signal),
      await command("git", environment, signal),
      {
        program: "go",
        wanted: `${needed} or newer, to build what is missing`,
        ...("path" in go ? { found: go.version, from: "PATH", path: go.path } : { note: go.why }),
        ok: "path" in go || missing.length === 0,
      },
      ...findings.map((finding) => row(finding, "path" in go)),
    ];
    const advice = rows
      .filter(({ ok, program }) => !ok && ["node", "npm", "git"].includes(program))
      .map(({ program, wanted }) => `Put ${program} on PATH (${wanted}).`);
    if (missing.length > 0 && "problem" in go) {
      advice.push(cannotBuild(go, needed, missing).message);
    }
    const cache = toolchainCache(environment);
    const freeBytes = await freeAt(cache);
    return {
      healthy: rows.every(({ ok }) => ok),
      rows,
      tests: besides.map((finding) => row(finding, "path" in go)),
      refused: [...findings, ...besides].flatMap(({ refused }) => refused),
      advice,
      cache: { path: cache, ...(freeBytes === undefined ? {} : { freeBytes }) },
    };
  });
}

async function command(
  program: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<CheckupRow> {
  const path = await firstOnPath(program, environment);
  const wanted = "any";
  if (path === undefined) {
    return { program, wanted, note: "not on PATH", ok: false };
  }
  const question = { kind: "command", args: ["--version"], answer: /(\d+\.\d+\S*)/ } as const;
  const answer = await askVersion(path, question, environment, signal);
  return "version" in answer
    ? { program, wanted, found: answer.version, from: "PATH", path, ok: true }
    : { program, wanted, path, note: answer.problem, ok: false };
}

function row({ definition, wanted, found, recipe }: Finding, buildable: boolean): CheckupRow {
  const program = definition.name;
  if (found !== undefined) {
    const { version, origin, path, standIn } = found;
    const note = standIn ? { note: "our stand-in for the real plugin" } : {};
    return { program, wanted, found: version, from: origin, path, ...note, ok: true };
  }
  const others = Object.keys(recipe.packages).filter((name) => name !== program);
  const together = others.length === 0 ? "" : ` together with ${others.join(" and ")}`;
  const note = buildable ? `would be built, usually ${recipe.usually}${together}` : "missing";
  return { program, wanted, note, ok: buildable };
}

/** Free bytes where a folder is or would be made. */
async function freeAt(folder: string): Promise<number | undefined> {
  const status = await statfs(folder).catch(() => undefined);
  if (status !== undefined) {
    return status.bavail * status.bsize;
  }
  return dirname(folder) === folder ? undefined : freeAt(dirname(folder));
}
