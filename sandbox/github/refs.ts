import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { GitRefusal, git } from "./git.ts";
import { commitOf, readCommit } from "./objects.ts";
import type { Repository } from "./repositories.ts";

/** The id that means "no such reference" in an update. */
export const absent = "0".repeat(40);

/**
 * Every reference of a repository, as full name → id, sorted by name. Reads Git's files directly, because almost
 * every call needs them and a Git process would take longer than the rest of the call.
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export async function references(directory: string): Promise<Map<string, string>> {
  // Reading loose references first finds a reference that is packed meanwhile at least once; the loose one is
  // newer.
  const loose = await looseReferences(directory, "refs");
  const packed = await readFile(join(directory, "packed-refs"), "utf8").catch(nothing);
  const lines = [...(packed ?? "").matchAll(/^([0-9a-f]{40}) (.+)$/gm)];
  const all = [...lines.map(([, sha = "", name = ""]) => [name, sha] as const), ...loose];
  return new Map([...new Map(all)].sort(([one], [other]) => (one < other ? -1 : 1)));
}

async function looseReferences(directory: string, folder: string): Promise<(readonly [string, string])[]> {
  const entries = await readdir(join(directory, folder), { withFileTypes: true }).catch(nothing);
  const read = (entries ?? []).map(async (entry) => {
    if (entry.name.endsWith(".lock")) return [];
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return await looseReferences(directory, name);
    const sha = await readFile(join(directory, name), "utf8").catch(nothing);
    return sha === undefined ? [] : [[name, sha.trimEnd()] as const];
  });
  return (await Promise.all(read)).flat();
}

/** Git may remove files and empty folders while they are read. */
function nothing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}

/** Resolves a client's `ref`: a branch, a tag, a full reference, or a commit id. */
export async function resolveCommit(
  { directory, objects }: Repository,
  ref: string,
): Promise<string | undefined> {
  const all = await references(directory);
  const names = [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`, ref];
  const found = names.map((name) => all.get(name)).find((sha) => sha !== undefined);
  return await commitOf(objects, found ?? ref);
}

/**
 * Moves, creates (`from` = {@link absent}) or deletes (`to` = {@link absent}) a reference, if it still has the
 * value `from`.
 * @returns false if it was moved meanwhile, or if Git rejects the name
 */
export async function moveReference(
  directory: string,
  name: string,
  from: string,
  to: string,
): Promise<boolean> {
  // A NUL in the name would split the field on standard input.
  if (name.includes("\0")) return false;
  const line = to === absent ? `delete ${name}\0${from}\0` : `update ${name}\0${to}\0${from}\0`;
  return await accepted(git(directory, ["update-ref", "-z", "--stdin"], { input: line }));
}

/** Whether `to` contains all commits of `from`. */
export async function isFastForward(
  { directory, objects }: Repository,
  from: string,
  to: string,
): Promise<boolean> {
  // Most commits have the old tip as a parent, which is quick to check.
  const tip = await commitOf(objects, to);
  if (tip !== undefined && (await readCommit(objects, tip)).parents.includes(from)) return true;
  return await accepted(git(directory, ["merge-base", "--is-ancestor", from, to]));
}

/** Whether Git carried a command out. */
async function accepted(command: Promise<unknown>): Promise<boolean> {
  return await command.then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitRefusal) return false;
      throw error;
    },
  );
}
