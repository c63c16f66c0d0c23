import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { GitRefusal, git, gitLine } from "./git.ts";

/** One entry of a tree. `size` is in bytes, and absent for what is not a blob. */
export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
  readonly path: string;
}

/** Who wrote a commit and when; `date` is ISO 8601 in UTC, to the second. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** A commit as Git keeps it. */
export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** One line of an edit: a path with its new object, or with `null` where it goes away. */
export interface TreeEdit {
  readonly path: string;
  readonly object: { readonly mode: string; readonly sha: string } | null;
}

const fullSha = /^[0-9a-f]{40}$/;
const someSha = /^[0-9a-f]{4,40}$/;

/** The type of an object (`blob`, `tree`, `commit`, `tag`), or `undefined` where there is none of that id. */
export async function objectType(directory: string, sha: string): Promise<string | undefined> {
  if (!fullSha.test(sha)) return undefined;
  return await gitLine(directory, ["cat-file", "-t", sha]).catch(orUndefined);
}

/** The full id of the commit that an id, whole or shortened, names. */
export async function commitOf(directory: string, sha: string): Promise<string | undefined> {
  if (!someSha.test(sha)) return undefined;
  return await gitLine(directory, ["rev-parse", "--verify", "--quiet", `${sha}^{commit}`]).catch(orUndefined);
}

/** The id of the tree of a commit or tree. */
export async function treeOf(directory: string, sha: string): Promise<string | undefined> {
  if (!fullSha.test(sha)) return undefined;
  return await gitLine(directory, ["rev-parse", "--verify", "--quiet", `${sha}^{tree}`]).catch(orUndefined);
}

/** The bytes of a blob. */
export async function readBlob(directory: string, sha: string): Promise<Buffer> {
  return await git(directory, ["cat-file", "blob", sha]);
}

/** The entries of a tree; with `recursive` those of every tree below it, paths relative to the root. */
export async function readTree(directory: string, sha: string, recursive = false): Promise<TreeEntry[]> {
  const output = await git(directory, ["ls-tree", "-z", "--long", ...(recursive ? ["-r", "-t"] : []), sha]);
  return records(output).map((record) => {
    const tab = record.indexOf("\t");
    const [mode = "", type = "", id = "", size = "-"] = record.slice(0, tab).split(/ +/);
    return {
      mode,
      type,
      sha: id,
      path: record.slice(tab + 1),
      ...(size === "-" ? {} : { size: Number(size) }),
    };
  });
}

/** The entry at a path, found by walking the trees: the path is compared here and never given to Git. */
export async function entryAt(directory: string, tree: string, path: string): Promise<TreeEntry | undefined> {
  let found: TreeEntry | undefined;
  for (const name of path.split("/")) {
    if (found !== undefined && found.type !== "tree") return undefined;
    const entries = await readTree(directory, found?.sha ?? tree);
    found = entries.find((entry) => entry.path === name);
    if (found === undefined) return undefined;
  }
  return found === undefined ? undefined : { ...found, path };
}

/** Stores a blob and returns its id. */
export async function writeBlob(directory: string, content: Uint8Array): Promise<string> {
  return await gitLine(directory, ["hash-object", "-w", "--stdin"], { input: content });
}

/**
 * Stores the tree that `base` becomes by the edits, in an index of its own, and returns its id.
 *
 * @throws {@link GitRefusal} where a path is none (`..`, `.git`) or an object is missing
 */
export async function editTree(
  directory: string,
  base: string | undefined,
  edits: readonly TreeEdit[],
): Promise<string> {
  const index = join(directory, `index-${randomUUID()}`);
  const environment = { GIT_INDEX_FILE: index };
  const lines = edits.map(({ path, object }) =>
    object === null ? `0 ${"0".repeat(40)}\t${path}\0` : `${object.mode} ${object.sha}\t${path}\0`,
  );
  try {
    if (base !== undefined) await git(directory, ["read-tree", base], { environment });
    const call = { environment, input: lines.join(""), warningsRefuse: true };
    await git(directory, ["update-index", "-z", "--index-info"], call);
    return await gitLine(directory, ["write-tree"], { environment });
  } finally {
    await rm(index, { force: true });
  }
}

/** Reads a commit. */
export async function readCommit(directory: string, sha: string): Promise<CommitObject> {
  const text = (await git(directory, ["cat-file", "commit", sha])).toString("utf8");
  const end = text.indexOf("\n\n");
  const headers = text.slice(0, end).split("\n");
  const all = (key: string) =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: signature(all("author")[0] ?? ""),
    committer: signature(all("committer")[0] ?? ""),
    message: text.slice(end + 2).replace(/\n+$/, ""),
  };
}

/** Stores a commit and returns its id; no branch moves. */
export async function writeCommit(directory: string, commit: Omit<CommitObject, "sha">): Promise<string> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  return await gitLine(directory, ["commit-tree", commit.tree, ...parents, "-F", "-"], {
    input: commit.message,
    environment: {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      GIT_AUTHOR_DATE: gitDate(commit.author.date),
      GIT_COMMITTER_NAME: commit.committer.name,
      GIT_COMMITTER_EMAIL: commit.committer.email,
      GIT_COMMITTER_DATE: gitDate(commit.committer.date),
    },
  });
}

/** Splits the output of a Git command that ends each record by NUL. */
export function records(output: Buffer): string[] {
  return output.toString("utf8").split("\0").slice(0, -1);
}

function signature(line: string): Signature {
  const [, name = "", email = "", seconds = "0"] = /^(.*?) ?<(.*?)> (\d+)/.exec(line) ?? [];
  return { name, email, date: isoSeconds(new Date(Number(seconds) * 1000)) };
}

function gitDate(iso: string): string {
  return `@${Math.floor(Date.parse(iso) / 1000)} +0000`;
}

/** A moment as GitHub writes it: UTC, to the second. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

function orUndefined(error: unknown): undefined {
  if (!(error instanceof GitRefusal)) throw error;
  return undefined;
}
