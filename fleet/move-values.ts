import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { CommitOptions } from "../components/values-files/commit.ts";
import { type Move, moveValues } from "../components/values-files/move.ts";
import { SeedError, targetOf } from "../components/values-files/target.ts";
import type { Plan } from "../model/plan.ts";
import type { Provisioned } from "../model/provisioned.ts";
import { type Relocated, relocated } from "../model/values-losses.ts";
import { FleetError } from "./fleet-error.ts";
import { assertCheckout } from "./seed.ts";

/** The options of `fleet move-values`. */
export interface MoveOptions {
  /** Only show; write nothing. */
  readonly dryRun: boolean;
  /** Write into this folder, a checkout of the new place, instead of committing on GitHub. */
  readonly output?: string | undefined;
  /** A checkout of the old place, if that is another repository. */
  readonly from?: string | undefined;
}

/** A file and what happens to it, for the report. */
export type MovedFile = Pick<Move, "service" | "to" | "is" | "deletesOld"> & { readonly from: string };

/** The result of `fleet move-values`. */
export interface MoveReport {
  /** The new place: `acme/gitops, branch main`, or a folder. */
  readonly place: string;
  readonly files: readonly MovedFile[];
  /** The commit that moved the files, if there was one. */
  readonly commit: string | undefined;
}

/**
 * Moves the values files of a stack from the place that the last `up` used to the place in the stack file.
 * @throws FleetError
 */
export async function move(
  plan: Plan,
  before: Provisioned,
  { dryRun, output, from }: MoveOptions,
  access: CommitOptions,
): Promise<MoveReport> {
  const target = targetOf(plan);
  const lost = relocated(before, plan);
  if (output !== undefined)
    return { place: output, files: await inFolders(output, from ?? output, lost, dryRun), commit: undefined };
  try {
    const { moves, commit } = await moveValues(target, lost, access, dryRun);
    const files = moves.map(({ service, from: { repository, branch, path }, to, is, deletesOld }) => {
      const near = repository === target.repository && branch === target.branch;
      return { service, from: near ? path : `${repository}@${branch}:${path}`, to, is, deletesOld };
    });
    return { place: `${target.repository}, branch ${target.branch}`, files, commit };
  } catch (error) {
    throw error instanceof SeedError ? new FleetError(error.message) : error;
  }
}

async function inFolders(
  output: string,
  from: string,
  lost: readonly Relocated[],
  dryRun: boolean,
): Promise<MovedFile[]> {
  for (const folder of [output, from]) await assertCheckout(folder);
  const files: MovedFile[] = [];
  for (const { service, from: old, files: paths } of lost)
    for (const to of paths) {
      const path = posix.join(old.folder, posix.basename(to));
      const [source, target] = [join(from, path), join(output, to)];
      const [was, is] = [await textOf(source), await textOf(target)];
      const state =
        is === undefined
          ? was === undefined
            ? "nowhere"
            : "moves"
          : was && !was.equals(is)
            ? "differs"
            : "there";
      const deletesOld = from === output && was !== undefined && state !== "differs";
      files.push({ service, from: path, to, is: state, deletesOld });
      if (dryRun) continue;
      if (state === "moves") {
        await mkdir(dirname(target), { recursive: true });
        await copyFile(source, target);
      }
      if (deletesOld) await rm(source);
    }
  return files;
}

/** Undefined if the file does not exist. */
async function textOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
