import { execaSync } from "execa";
import { FleetError } from "../fleet-error.ts";

/** The output and exit code of git. */
interface GitResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | undefined;
}

/** Runs git in the working directory. @throws FleetError if git is not installed */
export function git(args: readonly string[], input = "", environment: NodeJS.ProcessEnv = {}): GitResult {
  const options = {
    reject: false,
    input,
    stripFinalNewline: false,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...environment, LC_ALL: "C" },
  } as const;
  const { stdout, stderr, exitCode, code } = execaSync("git", args, options);
  if (code === "ENOENT")
    throw new FleetError("git is not on PATH. Install it, see https://git-scm.com/downloads.");
  return { stdout, stderr, exitCode };
}

/** The two commits to compare, and the working directory's place in them. */
interface Revisions {
  /** The merge base. */
  readonly base: string;
  /** Undefined for the working directory. */
  readonly head: string | undefined;
  /** The working directory relative to the root of the repository, with a trailing slash; empty at the root. */
  readonly prefix: string;
}

/**
 * Finds the commits to compare. The base is the merge base, so that newer commits of the base do not count as
 * changes of the head.
 * @param head undefined for the working directory
 * @throws FleetError if there is no repository, no such ref, or no common history
 */
export function revisions(base: string, head: string | undefined): Revisions {
  const { stdout: prefix, stderr, exitCode } = git(["rev-parse", "--show-prefix"]);
  if (exitCode !== 0)
    throw new FleetError(
      `${process.cwd()} is not in a readable Git repository (${firstLine(stderr)}). Go to the folder of the stacks, or name it with -C.`,
    );
  const tip = commitOf(head ?? "HEAD");
  return { base: mergeBase(base, commitOf(base), tip), head: head && tip, prefix: prefix.replace(/\n$/, "") };
}

function commitOf(ref: string): string {
  // `--end-of-options`, because a ref that begins with a dash is invalid, whatever git would make of it.
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const { stdout, exitCode } = git(args);
  if (exitCode === 0) return stdout.trim();
  const branch = /^origin\/(.+)$/.exec(ref)?.[1];
  const fix = branch
    ? `Run: git fetch origin ${branch}`
    : "Write a branch (origin/main), a tag or a commit; git fetch origin gets new commits.";
  throw new FleetError(
    `Git knows no commit ${JSON.stringify(ref)} here. ${fix} (in GitHub Actions: fetch-depth: 0).`,
  );
}

function mergeBase(base: string, commit: string, head: string): string {
  const { stdout, exitCode } = git(["merge-base", commit, head]);
  if (exitCode === 0) return stdout.trim();
  const shallow = git(["rev-parse", "--is-shallow-repository"]).stdout.trim() === "true";
  const fix = shallow
    ? "This clone is shallow: run git fetch --unshallow (in GitHub Actions: fetch-depth: 0)."
    : "They share no history. Name another base.";
  throw new FleetError(`${JSON.stringify(base)} and the head have no commit in common here. ${fix}`);
}

/**
 * Which of these files and folders differ between the two revisions, by name.
 * @param paths from the working directory
 */
export function changedFiles({ base, head }: Revisions, paths: readonly string[]): string[] {
  const named = ["-z", "--", ...paths];
  const differing = git([
    "diff",
    "--name-only",
    "--relative",
    "--no-renames",
    base,
    ...(head ? [head] : []),
    ...named,
  ]);
  const added = head ? undefined : git(["ls-files", "--others", "--exclude-standard", ...named]);
  const files = `${differing.stdout}${added?.stdout ?? ""}`.split("\0").filter((file) => file !== "");
  return [...new Set(files)].sort();
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
