import { isScalar, parseDocument } from "yaml";
import type { NewKeys } from "../../model/image-keys.ts";
import { type CommitOptions, withDefaults } from "./branch.ts";
import { existing } from "./existing.ts";
import { gitData } from "./git-data.ts";
import type { Target } from "./target.ts";

/**
 * The existing files that lack some of these keys, as the branch has them now.
 * @throws SeedError
 */
export async function lackingKeys(
  target: Target,
  wanted: readonly NewKeys[],
  options: CommitOptions,
): Promise<readonly NewKeys[]> {
  if (wanted.length === 0) return [];
  const git = gitData(target, withDefaults(options));
  const paths = wanted.map(({ path }) => path);
  const entries = await existing(git, (await git.tip()).tree, paths);
  const lacking: NewKeys[] = [];
  for (const file of wanted) {
    const entry = entries.get(file.path);
    // A missing file is written with all keys.
    if (entry?.type !== "blob") continue;
    const text = (await git.blob(entry.sha)).toString("utf8");
    const keys = file.keys.filter((key) => !hasKey(text, key));
    if (keys.length > 0) lacking.push({ ...file, keys });
  }
  return lacking;
}

/** Whether a values file has a key with a text, which Kargo's yaml-update can change. */
function hasKey(text: string, key: string): boolean {
  const document = parseDocument(text);
  const node = document.errors.length > 0 ? undefined : document.getIn(key.split("."), true);
  return isScalar(node);
}
