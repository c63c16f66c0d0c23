import { GitRefusal, git } from "./git.ts";
import { commitOf } from "./objects.ts";

/** The id that stands for "no such reference" in an update. */
export const absent = "0".repeat(40);

/** One reference; `commit` is what it leads to, also where it is an annotated tag. */
export interface Reference {
  readonly name: string;
  readonly sha: string;
  readonly type: string;
  readonly commit: string;
}

/** Every reference of a repository by its full name. */
export async function references(directory: string): Promise<Map<string, Reference>> {
  const format = "%(refname) %(objectname) %(objecttype) %(*objectname)";
  const output = await git(directory, ["for-each-ref", `--format=${format}`]);
  const lines = output.toString("utf8").split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name = "", sha = "", type = "", peeled = ""] = line.split(" ");
      return [name, { name, sha, type, commit: peeled === "" ? sha : peeled }];
    }),
  );
}

/** The commit at the tip of a branch. */
export async function branchTip(directory: string, branch: string): Promise<string | undefined> {
  return (await references(directory)).get(`refs/heads/${branch}`)?.sha;
}

/** The commit that a client's `ref` means: a branch, a tag, a reference written out, or a commit id. */
export async function resolveCommit(directory: string, ref: string): Promise<string | undefined> {
  const known = await references(directory);
  for (const name of [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`, ref]) {
    const found = known.get(name);
    if (found !== undefined) return found.commit;
  }
  return await commitOf(directory, ref);
}

/**
 * Moves, creates (`from` = {@link absent}) or deletes (`to` = {@link absent}) a reference, if it still is where the
 * caller saw it.
 *
 * @returns false where somebody else moved it in between, or Git does not accept the name
 */
export async function moveReference(
  directory: string,
  name: string,
  from: string,
  to: string,
): Promise<boolean> {
  // The name ends at a NUL on standard input, so a name with one in it would become two fields.
  if (name.includes("\0")) return false;
  const line = to === absent ? `delete ${name}\0${from}\0` : `update ${name}\0${to}\0${from}\0`;
  try {
    await git(directory, ["update-ref", "-z", "--stdin"], { input: line });
    return true;
  } catch (error) {
    if (error instanceof GitRefusal) return false;
    throw error;
  }
}

/** Whether `to` contains everything that `from` has. */
export async function isFastForward(directory: string, from: string, to: string): Promise<boolean> {
  try {
    await git(directory, ["merge-base", "--is-ancestor", from, to]);
    return true;
  } catch (error) {
    if (error instanceof GitRefusal) return false;
    throw error;
  }
}
