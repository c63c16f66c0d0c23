import { git } from "./git.ts";
import { isoSeconds, records, type Signature } from "./objects.ts";

/** A commit in a push event: its author, message and files, compared with its first parent. */
export interface PushedCommit {
  readonly sha: string;
  readonly tree: string;
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  readonly added: string[];
  readonly removed: string[];
  readonly modified: string[];
}

const format = ["%H", "%T", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B"].map((each) => `${each}%x00`);

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
export async function readPushedCommits(directory: string, ids: readonly string[]): Promise<PushedCommit[]> {
  // With empty standard input Git would read the branch instead.
  if (ids.length === 0) return [];
  const args = ["log", "--stdin", "--no-walk=unsorted", "--diff-merges=first-parent", "--no-renames"];
  const output = await git(directory, [...args, "--name-status", "-z", `--format=${format.join("")}`], {
    input: ids.join("\n"),
  });
  return parse(records(output));
}

/** A commit consists of its fields, an empty field, and then a status and a path for each file. */
function parse(fields: readonly string[]): PushedCommit[] {
  const commits: PushedCommit[] = [];
  let next = 0;
  const take = () => fields[next++] ?? "";
  while (next < fields.length) {
    const [sha, tree] = [take(), take()];
    const [author, committer] = [signature(take(), take(), take()), signature(take(), take(), take())];
    const message = take().replace(/\n+$/, "");
    take();
    const files = new Map<string, string[]>();
    while (/^\n?[A-Z]$/.test(fields[next] ?? "")) {
      const status = take().trim();
      const paths = files.get(status) ?? [];
      files.set(status, [...paths, take()]);
    }
    const of = (...statuses: string[]) => statuses.flatMap((status) => files.get(status) ?? []);
    const changes = { added: of("A"), removed: of("D"), modified: of("M", "T") };
    commits.push({ sha, tree, author, committer, message, ...changes });
  }
  return commits;
}

function signature(name: string, email: string, seconds: string): Signature {
  return { name, email, date: isoSeconds(new Date(Number(seconds) * 1000)) };
}
