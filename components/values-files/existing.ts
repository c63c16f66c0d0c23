import type { Entry, GitData } from "./git-data.ts";
import { SeedError } from "./target.ts";

/**
 * What a tree holds at certain paths and at the folders that lead to them: the type by path. Other paths may be in it.
 * Where GitHub cuts the list of a large repository, it is asked folder by folder, for those that matter.
 */
export async function existing(
  git: Pick<GitData, "list">,
  tree: string,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const whole = await git.list(tree, true);
  if (!whole.truncated) return new Map(whole.entries.map(({ path, type }) => [path, type]));
  const { entries, truncated } = await git.list(tree, false);
  if (truncated)
    throw new SeedError("A folder of the GitOps repository has too many entries for GitHub to list.");
  const found = new Map(entries.map(({ path, type }) => [path, type]));
  for (const [folder, paths] of Map.groupBy(wanted.filter(isDeeper), first)) {
    const entry = entries.find((candidate) => candidate.path === folder && isFolder(candidate));
    if (!entry) continue;
    const below = await existing(
      git,
      entry.sha,
      paths.map((path) => path.slice(folder.length + 1)),
    );
    for (const [path, type] of below) found.set(`${folder}/${path}`, type);
  }
  return found;
}

const isDeeper = (path: string) => path.includes("/");
const first = (path: string) => path.slice(0, path.indexOf("/"));
const isFolder = ({ type }: Entry) => type === "tree";
