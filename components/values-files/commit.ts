import { setTimeout as sleep } from "node:timers/promises";
import type { ValuesFile } from "../../manifests/values-file.ts";
import { existing } from "./existing.ts";
import { type GitData, gitData, type Hands } from "./git-data.ts";
import { inTheWay, overtaken } from "./refusals.ts";
import type { Target } from "./target.ts";

/** Who writes, and how; all but the token have defaults. */
export type CommitOptions = Pick<Hands, "token"> & Partial<Hands>;

/** What a run came to. */
export interface Seeded {
  /** The files that were missing, and now are there. */
  readonly written: readonly ValuesFile[];
  /** The one commit that brought them; none where nothing was missing. */
  readonly commit: string | undefined;
}

/** So many files GitHub takes in one call well within its ten seconds. */
const FILES_A_CALL = 200;
/** At a push a second from somebody else, one of these comes through. */
const ATTEMPTS = 10;
const SUBJECT_LIMIT = 72;

/**
 * Writes all missing values files in one commit. A file that is there is left as it is, whatever it holds, and nothing
 * is deleted: the branch moves by fast forward only, from the commit whose files were read.
 *
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
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { commit: parent, tree, missing } = await look(git, target, files);
    if (missing.length === 0) return { written: [], commit: undefined };
    const commit = await commitOn(git, parent, tree, missing, access.report);
    if (await git.forward(commit)) return { written: missing, commit };
    if (attempt < ATTEMPTS) {
      access.report(`Somebody else pushed to ${target.branch} first; looking again.`);
      await access.pause(Math.random() * Math.min(10_000, 250 * 2 ** attempt));
    }
  }
  throw overtaken(ATTEMPTS, target);
}

/**
 * The files that {@link commitMissing} would write; writes nothing.
 *
 * @throws SeedError
 */
export async function missingFiles(
  target: Target,
  files: readonly ValuesFile[],
  options: CommitOptions,
): Promise<readonly ValuesFile[]> {
  if (files.length === 0) return [];
  return (await look(gitData(target, withDefaults(options)), target, files)).missing;
}

/**
 * The services whose files are all in a place already.
 *
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

function withDefaults({
  environment = process.env,
  pause = sleep,
  report = () => {},
  token,
}: CommitOptions): Hands {
  return { environment, pause: async (milliseconds) => void (await pause(milliseconds)), report, token };
}

async function look(
  git: GitData,
  target: Target,
  files: readonly ValuesFile[],
): Promise<{ readonly commit: string; readonly tree: string; readonly missing: readonly ValuesFile[] }> {
  const { commit, tree } = await git.tip();
  const paths = files.map(({ path }) => path);
  const types = await existing(git, tree, paths);
  for (const path of paths) {
    for (const folder of foldersOf(path)) {
      const type = types.get(folder);
      // Git would replace it by a folder: a file of somebody's would be gone.
      if (type !== undefined && type !== "tree") throw inTheWay(folder, type, target);
    }
    const type = types.get(path);
    if (type !== undefined && type !== "blob") throw inTheWay(path, type, target);
  }
  return { commit, tree, missing: files.filter(({ path }) => !types.has(path)) };
}

async function commitOn(
  git: GitData,
  parent: string,
  base: string,
  files: readonly ValuesFile[],
  report: Hands["report"],
): Promise<string> {
  let tree = base;
  for (let start = 0; start < files.length; start += FILES_A_CALL) {
    const some = files.slice(start, start + FILES_A_CALL);
    if (files.length > FILES_A_CALL) report(`Handing over ${start + some.length} of ${files.length} files.`);
    tree = await git.withFiles(tree, some);
  }
  return await git.commit(commitMessage(files), tree, parent);
}

/** `a/b/c` lies in `a` and in `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** `Seed values of auth, nginx (6 files)`, cut so that it stays a subject. */
export function commitMessage(files: readonly Pick<ValuesFile, "service">[]): string {
  const names = [...new Set(files.map(({ service }) => service))];
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  const subject = (shown: number) => {
    const more = names.length > shown ? ` and ${names.length - shown} more` : "";
    return `Seed values of ${names.slice(0, shown).join(", ")}${more} (${count})`;
  };
  let shown = Math.min(names.length, SUBJECT_LIMIT);
  while (shown > 1 && subject(shown).length > SUBJECT_LIMIT) shown -= 1;
  return `${subject(shown)}\n\nFrom now on Kargo writes their image.tag, and nothing else does.`;
}
