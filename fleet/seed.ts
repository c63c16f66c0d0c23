import { lstat, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type CommitOptions, commitMissing, missingFiles } from "../components/values-files/commit.ts";
import { SeedError, targetOf } from "../components/values-files/target.ts";
import { type ValuesFile, valuesFiles } from "../manifests/values-file.ts";
import type { Plan } from "../model/plan.ts";
import { FleetError } from "./fleet-error.ts";

/** The options of `fleet seed`. */
export interface SeedOptions {
  /** Only show; write nothing. */
  readonly dryRun?: boolean | undefined;
  /** Write into this folder, a checkout, instead of committing on GitHub. */
  readonly output?: string | undefined;
}

/** The result of `fleet seed`. */
export interface SeedReport {
  /** The place of the files: `acme/gitops, branch main`, or a folder. */
  readonly place: string;
  /** The number of the stack's values files. */
  readonly total: number;
  /** The paths of the missing files, in the order of the catalogue. */
  readonly missing: readonly string[];
  /** The commit that created them, if there was one. */
  readonly commit: string | undefined;
}

/** The part of a plan that decides which files are seeded, and where. */
export type SeededPlan = Pick<Plan, "github" | "services">;

/** A plan, and the stack whose identity at GitHub creates its files. */
export type StackToSeed = SeededPlan & { readonly stack: string };

/**
 * Groups the stacks by the branch that they write, so that the shards of a cluster need one commit. A group has the
 * services of all its stacks, and the GitHub identity of the first.
 */
export function plansByBranch(plans: readonly StackToSeed[]): readonly StackToSeed[] {
  const filled = plans.filter(({ services }) => services.length > 0);
  const branches = Map.groupBy(filled.length > 0 ? filled : plans.slice(0, 1), (plan) =>
    JSON.stringify(targetOf(plan)),
  );
  return [...branches.values()].flatMap((same) =>
    same.slice(0, 1).map(({ stack, github }) => ({
      stack,
      github,
      services: same.flatMap(({ services }) => services),
    })),
  );
}

/**
 * Creates the missing values files of a stack, as `pulumi up` does, and never changes an existing one.
 * @throws FleetError
 */
export async function seed(
  plan: SeededPlan,
  options: SeedOptions,
  access: CommitOptions,
): Promise<SeedReport> {
  const files = valuesFiles(plan.services);
  const report = (place: string, missing: readonly ValuesFile[], commit?: string): SeedReport => ({
    place,
    total: files.length,
    missing: missing.map(({ path }) => path),
    commit,
  });
  const { dryRun = false, output } = options;
  if (output !== undefined) return report(output, await intoFolder(output, files, dryRun));
  const target = targetOf(plan);
  const place = `${target.repository}, branch ${target.branch}`;
  try {
    if (dryRun) return report(place, await missingFiles(target, files, access));
    const { written, commit } = await commitMissing(target, files, access);
    return report(place, written, commit);
  } catch (error) {
    throw error instanceof SeedError ? new FleetError(error.message) : error;
  }
}

async function intoFolder(
  folder: string,
  files: readonly ValuesFile[],
  dryRun: boolean,
): Promise<readonly ValuesFile[]> {
  await assertCheckout(folder);
  const missing: ValuesFile[] = [];
  for (const file of files) if (!(await isThere(join(folder, file.path)))) missing.push(file);
  if (dryRun) return missing;
  for (const { path, text } of missing) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: "wx" });
  }
  return missing;
}

/** @throws FleetError if there is no such folder */
export async function assertCheckout(folder: string): Promise<void> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory()) return;
  throw new FleetError(
    `${folder} is not a folder. Clone the GitOps repository, and name the clone's folder.`,
  );
}

/** Any entry of that name counts, even a broken link. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return false;
    if (code === "ENOTDIR") {
      throw new FleetError(
        `${path} cannot be written: there is a file in place of its folder. Move the file away.`,
      );
    }
    throw error;
  }
}
