import { FleetError } from "../fleet-error.ts";
import { git } from "../preview/git.ts";
import type { ChangedFile } from "./trusted-changes.ts";

/** The mode of a regular file that is not executable. */
const REGULAR = "100644";
const ABSENT = "000000";

/**
 * Merges a commit into the base as a commit among Git's objects, without a checkout or a ref. The result depends
 * only on the two commits.
 * @throws FleetError if they conflict, or if one is missing
 */
export function mergedCommit(base: string, head: string): string {
  const merge = git(["merge-tree", "--write-tree", "--no-messages", base, head]);
  if (merge.exitCode === 1)
    throw new FleetError("The pull request conflicts with its base. Merge the base into it, and push.");
  if (merge.exitCode !== 0) throw new FleetError(`Git cannot merge the pull request: ${merge.stderr.trim()}`);
  const [tree = ""] = merge.stdout.split("\n");
  const who = ["user.name=kargo-fleet", "user.email=kargo-fleet@localhost", "commit.gpgSign=false"];
  const env = { GIT_AUTHOR_DATE: "2000-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2000-01-01T00:00:00Z" };
  const options = who.flatMap((each) => ["-c", each]);
  const args = ["commit-tree", tree, "-p", base, "-p", head, "-m", "The merge result"];
  const commit = git([...options, ...args], "", env);
  if (commit.exitCode !== 0)
    throw new FleetError(`Git cannot merge the pull request: ${commit.stderr.trim()}`);
  return commit.stdout.trim();
}

/** The full id of an existing commit. @throws FleetError if it does not exist */
export function commitHere(ref: string): string {
  const { stdout, exitCode } = git([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${ref}^{commit}`,
  ]);
  if (exitCode !== 0)
    throw new FleetError(`Git knows no commit ${JSON.stringify(ref)} here. Fetch it first.`);
  return stdout.trim();
}

/** Every file that differs between two commits, as it is in the second. */
export function changesBetween(base: string, head: string): readonly ChangedFile[] {
  const args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", base, head];
  const { stdout, stderr, exitCode } = git(args);
  if (exitCode !== 0) throw new FleetError(`Git cannot compare the two commits: ${stderr.trim()}`);
  const fields = stdout.split("\0");
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , object = ""] = (fields[at] ?? "").split(" ");
    const kind = mode === REGULAR ? "file" : mode === ABSENT ? "gone" : "other";
    files.push({
      path: fields[at + 1] ?? "",
      kind,
      bytes: () => Number(git(["cat-file", "-s", object]).stdout),
      text: () => git(["cat-file", "blob", object]).stdout,
    });
  }
  return files;
}
