import type { Entry, GitData } from "./git-data.ts";
import { SeedError } from "./target.ts";

/**
 * The entries of a tree at certain paths and their parent folders, by path. The result may contain other paths. If
 * GitHub truncates the list of a large repository, the relevant folders are read one by one.
 */
export async function existing(
  git: Pick<GitData, "list">,
  tree: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, Entry>> {
  const whole = await git.list(tree, true);
  if (!whole.truncated) return byPath(whole.entries);
  const { entries, truncated } = await git.list(tree, false);
  if (truncated)
    throw new SeedError("A folder of the GitOps repository has too many entries for GitHub to list.");
  const found = byPath(entries);
  for (const [folder, paths] of Map.groupBy(wanted.filter(isDeeper), first)) {
    const entry = entries.find((candidate) => candidate.path === folder && isFolder(candidate));
    if (!entry) continue;
    const below = await existing(
      git,
      entry.sha,
      paths.map((path) => path.slice(folder.length + 1)),
    );
    for (const [name, each] of below) {
      const path = `${folder}/${name}`;
      found.set(path, { ...each, path });
    }
  }
  return found;
}

const isDeeper = (path: string) => path.includes("/");
const first = (path: string) => path.slice(0, path.indexOf("/"));
const isFolder = ({ type }: Entry) => type === "tree";
const byPath = (entries: readonly Entry[]) => new Map(entries.map((entry) => [entry.path, entry]));
