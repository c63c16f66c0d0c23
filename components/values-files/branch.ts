import { setTimeout as sleep } from "node:timers/promises";
import type { Edit, Entry, GitData, GitDataOptions } from "./git-data.ts";
import { overtaken, pathIsTaken } from "./refusals.ts";
import type { Target } from "./target.ts";

/** Who writes, and how; all but who have defaults. */
export type CommitOptions = Pick<GitDataOptions, "auth"> & Partial<GitDataOptions>;

/** The number of files in one call, which GitHub handles within its limit of ten seconds. */
const FILES_A_CALL = 200;
/** The number of attempts, enough if others push once per second. */
const ATTEMPTS = 10;

export function withDefaults(options: CommitOptions): GitDataOptions {
  return { environment: process.env, report: () => {}, ...options };
}

/** A commit to make on the current state of a branch. */
interface Wanted<Result> {
  /** The result; without edits there is only the result. */
  readonly result: Result;
  readonly edits: readonly Edit[];
  readonly message: string;
}

/**
 * Makes one commit on a branch by fast forward. If somebody else pushed first, it starts again.
 * @param want computes the edits from the branch's current files
 * @throws SeedError
 */
export async function commitOnce<Result>(
  git: GitData,
  target: Target,
  { report, second = 1_000 }: GitDataOptions,
  want: (tip: { readonly commit: string; readonly tree: string }) => Promise<Wanted<Result>>,
): Promise<{ readonly result: Result; readonly commit: string | undefined }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const tip = await git.tip();
    const { result, edits, message } = await want(tip);
    if (edits.length === 0) return { result, commit: undefined };
    const commit = await git.commit(message, await treeWith(git, tip.tree, edits, report), tip.commit);
    if (await git.forward(commit)) return { result, commit };
    if (attempt < ATTEMPTS) {
      report(`Somebody else pushed to ${target.branch} first; trying again.`);
      await sleep(Math.random() * Math.min(10, 2 ** attempt / 4) * second);
    }
  }
  throw overtaken(ATTEMPTS, target);
}

async function treeWith(
  git: GitData,
  base: string,
  edits: readonly Edit[],
  report: GitDataOptions["report"],
): Promise<string> {
  let tree = base;
  for (let start = 0; start < edits.length; start += FILES_A_CALL) {
    const some = edits.slice(start, start + FILES_A_CALL);
    if (edits.length > FILES_A_CALL) report(`Uploading ${start + some.length} of ${edits.length} files.`);
    tree = await git.edited(tree, some);
  }
  return tree;
}

/** @throws SeedError if something other than a file or a folder is in the way, which Git would replace */
export function requireRoom(
  entries: ReadonlyMap<string, Entry>,
  paths: readonly string[],
  target: Target,
): void {
  for (const path of paths) {
    for (const folder of foldersOf(path)) {
      const type = entries.get(folder)?.type;
      if (type !== undefined && type !== "tree") throw pathIsTaken(folder, type, target);
    }
    const type = entries.get(path)?.type;
    if (type !== undefined && type !== "blob") throw pathIsTaken(path, type, target);
  }
}

/** `a/b/c` is in `a` and in `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

const SUBJECT_LIMIT = 72;

/** `Seed values of auth, nginx (6 files)`, limited to the length of a subject. */
export function subjectOf(doing: string, files: readonly { readonly service: string }[]): string {
  const names = [...new Set(files.map(({ service }) => service))];
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  const subject = (shown: number) => {
    const more = names.length > shown ? ` and ${names.length - shown} more` : "";
    return `${doing} values of ${names.slice(0, shown).join(", ")}${more} (${count})`;
  };
  let shown = Math.min(names.length, SUBJECT_LIMIT);
  while (shown > 1 && subject(shown).length > SUBJECT_LIMIT) shown -= 1;
  return subject(shown);
}
