import { posix } from "node:path";
import type { Relocated } from "../../model/values-losses.ts";
import { type CommitOptions, commitOnce, requireRoom, subjectOf, withDefaults } from "./branch.ts";
import { existing } from "./existing.ts";
import { type Edit, type Entry, type GitData, type GitDataOptions, gitData } from "./git-data.ts";
import { repositoryOf, SeedError, type Target } from "./target.ts";

/** One values file with its old and new place. */
export interface Move {
  readonly service: string;
  readonly from: Target & { readonly path: string };
  readonly to: string;
  /**
   * `moves`: only in the old place. `there`: only in the new place, or the same in both. `differs`: different in
   * both. `nowhere`: in neither.
   */
  readonly is: "moves" | "there" | "differs" | "nowhere";
  /** Whether the same commit deletes the old file, because both places are on one branch. */
  readonly deletesOld: boolean;
}

/** The files of {@link moveValues} and its commit. */
interface Moved {
  readonly moves: readonly Move[];
  /** The commit; undefined if there was nothing to do, or in a dry run. */
  readonly commit: string | undefined;
}

/**
 * Moves values files to their new place in one commit. On the same branch the old files are deleted, so that no
 * promotion writes an unused file; from another branch or repository they are copied. A file in the new place is
 * never changed; if it differs from the old one, both are kept.
 * @param look whether to write nothing
 * @throws SeedError
 */
export async function moveValues(
  target: Target,
  relocated: readonly Relocated[],
  options: CommitOptions,
  look = false,
): Promise<Moved> {
  if (relocated.length === 0) return { moves: [], commit: undefined };
  const access = withDefaults({ ...options, command: "move-values" });
  const git = gitData(target, access);
  const files = relocated.flatMap(({ service, from, files }) =>
    files.map((to) => ({
      service,
      from: { ...sourceOf(from, target), path: posix.join(from.folder, posix.basename(to)) },
      to,
    })),
  );
  const find = (tree: string) => compared(git, tree, target, files, access);
  if (look) return { moves: await find((await git.tip()).tree), commit: undefined };
  const { result, commit } = await commitOnce(git, target, access, async ({ tree }) => {
    const found = await find(tree);
    const moving = found.filter(({ is }) => is === "moves");
    const subject = subjectOf("Move", moving.length > 0 ? moving : found);
    const message = `${subject}\n\nThe next pulumi up uses them in their new place.`;
    return { result: found, edits: await editsOf(found, target), message };
  });
  return { moves: result, commit };
}

type File = Pick<Move, "service" | "from" | "to">;
/** A branch from which values files are moved: its API, and the entries of its tree by path. */
interface Source {
  readonly git: GitData;
  readonly entries: ReadonlyMap<string, Entry>;
}
type Found = Move & { readonly source: Source; readonly entry: Entry | undefined };

/** Compares both places; each branch is read once. */
async function compared(
  git: GitData,
  tree: string,
  target: Target,
  files: readonly File[],
  access: GitDataOptions,
): Promise<Found[]> {
  const targets = files.map(({ to }) => to);
  const byPlace = Map.groupBy(files, ({ from }) => placeOf(from));
  const near = byPlace.get(placeOf(target))?.map(({ from }) => from.path) ?? [];
  const here: Source = { git, entries: await existing(git, tree, [...targets, ...near]) };
  requireRoom(here.entries, targets, target);
  const sources = new Map([[placeOf(target), here]]);
  for (const [place, [first, ...more]] of byPlace) {
    if (first === undefined || sources.has(place)) continue;
    const old = gitData(first.from, access);
    const paths = [first, ...more].map(({ from }) => from.path);
    sources.set(place, { git: old, entries: await existing(old, (await old.tip()).tree, paths) });
  }
  return files.map((file): Found => {
    const source = sources.get(placeOf(file.from)) ?? here;
    const old = source.entries.get(file.from.path);
    const entry = old?.type === "blob" ? old : undefined;
    const now = here.entries.get(file.to);
    const is = now ? (entry && entry.sha !== now.sha ? "differs" : "there") : entry ? "moves" : "nowhere";
    const wanted = is === "differs" || targets.includes(file.from.path);
    return { ...file, is, deletesOld: source === here && entry !== undefined && !wanted, source, entry };
  });
}

const placeOf = ({ repository, branch }: Target) => `${repository} ${branch}`;

/** The number of parallel calls that GitHub accepts. */
const AT_ONCE = 20;

async function editsOf(found: readonly Found[], target: Target): Promise<Edit[]> {
  const edits: Edit[] = [];
  for (let start = 0; start < found.length; start += AT_ONCE) {
    const some = found.slice(start, start + AT_ONCE).map((each) => editsOfOne(each, target));
    edits.push(...(await Promise.all(some)).flat());
  }
  return edits;
}

async function editsOfOne(
  { from, to, is, deletesOld, source, entry }: Found,
  target: Target,
): Promise<Edit[]> {
  if (entry === undefined) return [];
  const { mode, sha } = entry;
  const edits: Edit[] = deletesOld ? [{ path: from.path, mode, sha: null }] : [];
  if (is !== "moves") return edits;
  // The repository already has the objects of its other branches.
  if (from.repository === target.repository) return [{ path: to, mode, sha }, ...edits];
  return [{ path: to, text: textOf(await source.git.blob(sha), from) }, ...edits];
}

function textOf(bytes: Buffer, { path, repository }: Move["from"]): string {
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytes)) return text;
  throw new SeedError(
    `${path} of ${repository} is not UTF-8, so it is not a values file. Nothing was written.`,
  );
}

/** @throws SeedError if the old place is on another GitHub */
function sourceOf({ repoURL, branch }: Relocated["from"], { url }: Target): Target {
  if (!repoURL.startsWith(`${url}/`))
    throw new SeedError(
      `The old values files are in ${repoURL}, which is not at ${url}. Nothing was written. Copy them with Git.`,
    );
  return { repository: repositoryOf(repoURL, url), branch, url };
}
