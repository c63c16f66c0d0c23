import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { GitRefusal, gitLine, gitScript } from "./git.ts";
import type { ObjectReader } from "./object-reader.ts";

/** One entry of a tree. `size` is in bytes, and only set for blobs. */
interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
  readonly path: string;
}

/** The author of a commit; `date` is ISO 8601 in UTC, in seconds. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** A Git commit. */
export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** One edit of a tree: a path and its new object, or none to delete it. */
export interface TreeEdit {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | undefined;
}

const fullSha = /^[0-9a-f]{40}$/;
const someSha = /^[0-9a-f]{4,40}$/;

/** The type of an object (`blob`, `tree`, `commit`, `tag`), or `undefined` if it does not exist. */
export async function objectType(objects: ObjectReader, sha: string): Promise<string | undefined> {
  return fullSha.test(sha) ? (await objects.read(sha))?.type : undefined;
}

/** The full id of a commit from a full or short id. */
export async function commitOf(objects: ObjectReader, sha: string): Promise<string | undefined> {
  return someSha.test(sha) ? (await objects.read(`${sha}^{commit}`))?.sha : undefined;
}

/** The tree id of a commit or tree. */
export async function treeOf(objects: ObjectReader, sha: string): Promise<string | undefined> {
  return fullSha.test(sha) ? (await objects.read(`${sha}^{tree}`))?.sha : undefined;
}

/** The entries of a tree. With `recursive` it includes subtrees, with paths relative to the root. */
export async function readTree(objects: ObjectReader, sha: string, recursive = false): Promise<TreeEntry[]> {
  const entries = await entriesOf(objects, sha);
  const read = entries.map(async (entry) => {
    if (entry.type === "blob")
      return [{ ...entry, size: (await contentOf(objects, entry.sha, "blob")).length }];
    if (entry.type !== "tree" || !recursive) return [entry];
    const inside = await readTree(objects, entry.sha, true);
    return [entry, ...inside.map((each) => ({ ...each, path: `${entry.path}/${each.path}` }))];
  });
  return (await Promise.all(read)).flat();
}

/** A tree entry is its mode, its name and the twenty bytes of its id. */
async function entriesOf(objects: ObjectReader, sha: string): Promise<TreeEntry[]> {
  const content = await contentOf(objects, sha, "tree");
  const entries: TreeEntry[] = [];
  for (let start = 0; start < content.length; ) {
    const [space, end] = [content.indexOf(" ", start), content.indexOf(0, start)];
    const mode = content.toString("latin1", start, space).padStart(6, "0");
    const type = { "040000": "tree", "160000": "commit" }[mode] ?? "blob";
    const path = content.toString("utf8", space + 1, end);
    start = end + 21;
    entries.push({ mode, type, sha: content.toString("hex", end + 1, start), path });
  }
  return entries;
}

/** @throws {@link GitRefusal} if the object is missing */
async function contentOf(objects: ObjectReader, sha: string, type: string): Promise<Buffer> {
  const found = await objects.read(sha);
  if (found?.type !== type) throw new GitRefusal(`${sha} is no ${type}.`);
  return found.content;
}

/** Stores a blob and returns its id. Writes the same file as `git hash-object -w`, without starting a process. */
export async function writeBlob(directory: string, content: Uint8Array): Promise<string> {
  const object = Buffer.concat([Buffer.from(`blob ${content.length}\0`), content]);
  const sha = createHash("sha1").update(object).digest("hex");
  const folder = join(directory, "objects", sha.slice(0, 2));
  const made = join(directory, "objects", `tmp_obj_${randomUUID()}`);
  await mkdir(folder, { recursive: true });
  // Written by a rename, so that nobody reads half a file.
  await writeFile(made, deflateSync(object), { mode: 0o444 });
  await rename(made, join(folder, sha.slice(2)));
  return sha;
}

const editing = 'git read-tree "$1" && git update-index -z --index-info && git write-tree';

/**
 * Applies edits to the tree `base` in a temporary index, stores the new tree and returns its id.
 * @throws {@link GitRefusal} if a path is invalid (`..`, `.git`) or an object is missing
 */
export async function editTree(
  directory: string,
  base: string | undefined,
  edits: readonly TreeEdit[],
): Promise<string> {
  const index = join(directory, `index-${randomUUID()}`);
  const lines = edits.map(({ path, mode, sha }) =>
    sha === undefined ? `0 ${"0".repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
  );
  try {
    return await gitScript(directory, editing, [base ?? "--empty"], {
      environment: { GIT_INDEX_FILE: index },
      input: lines.join(""),
      warningsRefuse: true,
    });
  } finally {
    await rm(index, { force: true });
  }
}

/** Reads a commit. */
export async function readCommit(objects: ObjectReader, sha: string): Promise<CommitObject> {
  const text = (await contentOf(objects, sha, "commit")).toString("utf8");
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

/** Stores a commit and returns its id. It moves no branch. */
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

function signature(line: string): Signature {
  const [, name = "", email = "", seconds = "0"] = /^(.*?) ?<(.*?)> (\d+)/.exec(line) ?? [];
  return { name, email, date: isoSeconds(new Date(Number(seconds) * 1000)) };
}

function gitDate(iso: string): string {
  return `@${Math.floor(Date.parse(iso) / 1000)} +0000`;
}

/** A date in GitHub's form: UTC, in seconds. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
