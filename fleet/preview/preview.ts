import { listed } from "../../model/diagnostics.ts";
import { type Fleet, nameOfStack, readFleet, stackNames } from "../all-stacks.ts";
import { type Files, workingDirectory } from "../files.ts";
import { inParallel, roomFor } from "../parallel.ts";
import { namesIn } from "../shards/files.ts";
import type { EngineRun, FleetReport } from "./change.ts";
import { askEngine } from "./engine.ts";
import { changedFiles, revisions } from "./git.ts";
import { gitFiles } from "./git-files.ts";
import { headFolder, PROGRAM_PATHS } from "./head-folder.ts";
import { type Scope, scopeOf } from "./scope.ts";
import { type Compared, compareFleets } from "./stack-change.ts";

export interface PreviewOptions {
  readonly base: string;
  /** Undefined for the working directory. */
  readonly head: string | undefined;
  /** Undefined for all. */
  readonly stack: readonly string[] | undefined;
  readonly full: boolean;
  readonly offline: boolean;
  /**
   * Whether to run the engine only if nothing but data differs: neither the program nor a destination of secrets.
   */
  readonly dataOnly: boolean;
  /** The number of stacks to preview in parallel. */
  readonly parallel: number | undefined;
}

/**
 * Compares the plans of two revisions, and runs the engine's preview for the differences.
 * @param tell reports progress
 * @throws FleetError if the revisions cannot be read, or if neither has a named stack
 */
export async function previewFleet(
  options: PreviewOptions,
  tell: (line: string) => void,
): Promise<FleetReport> {
  const found = revisions(options.base, options.head);
  const head =
    found.head === undefined ? workingDirectory() : gitFiles(found.head, found.prefix, options.head ?? "");
  const now = new Date();
  const after = readFleet(head, now);
  const before = readBase(gitFiles(found.base, found.prefix, options.base), now);
  const compared = chosen(compareFleets(before, after), options.stack);
  const program = changedFiles(found, PROGRAM_PATHS);
  const asked = options.full
    ? "--full was given"
    : program.length > 0
      ? `the program changed: ${listed(program)}`
      : undefined;
  const scopes = compared.map((each) => (options.offline ? undefined : scopeOf(each, asked)));
  const engines = new Map<string, EngineRun>();
  if (scopes.some((scope) => scope !== undefined)) {
    const isHere = found.head === undefined && hasEveryFile(head);
    const here = { path: process.cwd(), remove: async () => {} };
    const folder = isHere ? here : await headFolder(head, after);
    const steps = compared.map(({ change: { stack }, redirects }, index) => async () => {
      const scope = scopes[index];
      if (scope === undefined) return;
      const refused = options.dataOnly && (program.length > 0 || redirects);
      engines.set(stack, refused ? withheld(scope, program) : await askOne(stack, scope, folder.path, tell));
    });
    await inParallel(steps, options.parallel ?? roomFor(ENGINE)).finally(() => folder.remove());
  }
  return {
    tense: "planned",
    base: options.base,
    head: options.head ?? "the working directory",
    stacks: compared.map(({ change }) => ({ change, engine: engines.get(change.stack) })),
    problems: after.between,
    program,
  };
}

/** Whether the engine finds the file of every stack; those of shards need not exist. */
function hasEveryFile(files: Files): boolean {
  return stackNames(files).length === namesIn(files.list()).length;
}

/** An old base may have no stack files. */
function readBase(files: Files, now: Date): Fleet {
  return stackNames(files).length === 0 ? { stacks: [], problems: [], between: [] } : readFleet(files, now);
}

function chosen(all: readonly Compared[], references: readonly string[] | undefined): readonly Compared[] {
  if (references === undefined) return all;
  const known = all.map(({ change }) => change.stack);
  const names = references.map((reference) => nameOfStack(reference, known));
  return all.filter(({ change }) => names.includes(change.stack));
}

async function askOne(
  stack: string,
  scope: Scope,
  folder: string,
  tell: (line: string) => void,
): Promise<EngineRun> {
  tell(`preview: asking the engine about ${extent(scope)} of stack ${stack}`);
  const engine = await askEngine(stack, scope, folder);
  tell(`preview: stack ${stack} ${engine.outcome} after ${Math.round(engine.milliseconds / 1000)} s`);
  return engine;
}

function extent(scope: Scope): string {
  return scope.is === "full" ? `everything (${scope.because})` : `${scope.targets.length} resources`;
}

/** The result for a stack whose preview would expose secrets to an unreviewed change. */
function withheld(scope: Scope, program: readonly string[]): EngineRun {
  const what =
    program.length > 0
      ? `the program changed (${listed(program)})`
      : "the cluster, the address of GitHub or the secrets that the stack uses changed";
  return {
    scope: scope.is,
    because: scope.is === "full" ? scope.because : undefined,
    steps: [],
    unchanged: 0,
    outcome: "failed",
    errors: [
      `The engine did not run, because ${what}, and it would use this stack's secrets (--data-only). Review the change, then preview it without --data-only.`,
    ],
    milliseconds: 0,
  };
}

/** The memory of an engine with plugins and program for a stack of some hundred services, in bytes. */
const ENGINE = 600 * 1024 * 1024;
