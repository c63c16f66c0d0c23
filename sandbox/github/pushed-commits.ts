import { git } from "./git.ts";
import { type CommitObject, readCommit } from "./objects.ts";
import type { Repository } from "./repositories.ts";

/** A commit in a push event, with its files compared with its first parent. */
export interface PushedCommit extends CommitObject {
  readonly added: string[];
  readonly removed: string[];
  readonly modified: string[];
}

/**
 * The ids of the commits that `to` contains and `known` does not, oldest first.
 * @param known - ids of existing commits
 */
export async function commitsSince(
  directory: string,
  to: string,
  known: readonly string[],
): Promise<string[]> {
  const input = [to, ...known.map((sha) => `^${sha}`)].join("\n");
  const args = ["rev-list", "--reverse", "--topo-order", "--stdin"];
  return (await git(directory, args, { input })).toString("utf8").split("\n").filter(Boolean);
}

/** Reads commits and their changed files, in the order of the ids. */
export async function readPushedCommits(
  { directory, objects }: Repository,
  ids: readonly string[],
): Promise<PushedCommit[]> {
  // With empty standard input Git would read the branch instead.
  if (ids.length === 0) return [];
  const args = ["log", "--stdin", "--no-walk=unsorted", "--diff-merges=first-parent", "--no-renames"];
  const output = await git(directory, [...args, "--name-status", "-z", "--format=%H%x00"], {
    input: ids.join("\n"),
  });
  // A commit consists of its id, an empty field, and then a status and a path for each file.
  const fields = output.toString("utf8").split("\0").slice(0, -1);
  const commits: PushedCommit[] = [];
  for (let next = 0; next < fields.length; ) {
    const commit = await readCommit(objects, fields[next] ?? "");
    const files: { readonly status: string; readonly path: string }[] = [];
    for (next += 2; /^\n?[A-Z]$/.test(fields[next] ?? ""); next += 2)
      files.push({ status: fields[next]?.trim() ?? "", path: fields[next + 1] ?? "" });
    const of = (statuses: string) =>
      files.filter(({ status }) => statuses.includes(status)).map(({ path }) => path);
    commits.push({ ...commit, added: of("A"), removed: of("D"), modified: of("MT") });
  }
  return commits;
}
