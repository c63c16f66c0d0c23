import type { ValuesFile } from "../../manifests/values-file.ts";
import { type CommitOptions, commitOnce, requireRoom, subjectOf, withDefaults } from "./branch.ts";
import { existing } from "./existing.ts";
import { type GitData, gitData } from "./git-data.ts";
import type { Target } from "./target.ts";

export type { CommitOptions };

/** The result of a run. */
interface Seeded {
  /** The files that were created. */
  readonly written: readonly ValuesFile[];
  /** The commit that created them; undefined if no file was missing. */
  readonly commit: string | undefined;
}

/**
 * Creates all missing values files in one commit. Existing files are kept, whatever their content, and nothing is
 * deleted. The branch moves by fast forward from the commit whose files were read.
 * @throws SeedError
 */
export async function commitMissing(
  target: Target,
  files: readonly ValuesFile[],
  options: CommitOptions,
): Promise<Seeded> {
  if (files.length === 0) return { written: [], commit: undefined };
  const access = withDefaults(options);
  const git = gitData(target, access);
  const { result, commit } = await commitOnce(git, target, access, async ({ tree }) => {
    const edits = await missingIn(git, tree, target, files);
    const message = `${subjectOf("Seed", edits)}\n\nFrom now on only Kargo writes their tags.`;
    return { result: edits, edits, message };
  });
  return { written: result, commit };
}

/**
 * The files that {@link commitMissing} would create.
 * @throws SeedError
 */
export async function missingFiles(
  target: Target,
  files: readonly ValuesFile[],
  options: CommitOptions,
): Promise<readonly ValuesFile[]> {
  if (files.length === 0) return [];
  const git = gitData(target, withDefaults(options));
  return await missingIn(git, (await git.tip()).tree, target, files);
}

/**
 * The services whose files all exist in a place.
 * @throws SeedError
 */
export async function servicesThere(
  target: Target,
  services: readonly { readonly service: string; readonly files: readonly string[] }[],
  options: CommitOptions,
): Promise<ReadonlySet<string>> {
  const all = services.flatMap(({ service, files }) => files.map((path) => ({ service, path, text: "" })));
  const without = new Set((await missingFiles(target, all, options)).map(({ service }) => service));
  return new Set(services.map(({ service }) => service).filter((service) => !without.has(service)));
}

async function missingIn(
  git: GitData,
  tree: string,
  target: Target,
  files: readonly ValuesFile[],
): Promise<readonly ValuesFile[]> {
  const paths = files.map(({ path }) => path);
  const entries = await existing(git, tree, paths);
  requireRoom(entries, paths, target);
  return files.filter(({ path }) => !entries.has(path));
}
