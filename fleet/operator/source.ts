import { FleetError } from "../fleet-error.ts";
import { git } from "../preview/git.ts";

/** The commit from which the operator clones the program and its files. */
export type GitSource = ReturnType<typeof gitSource>;

/**
 * Finds the source of the working directory. Pods can only clone what was pushed.
 * @param ref a branch, a tag or a commit
 * @param repository the address; default: that of the remote `origin`
 * @throws FleetError if there is no such commit, if no remote branch contains it, or if the address is unknown
 */
export function gitSource(ref: string, repository: string | undefined) {
  const prefix = git(["rev-parse", "--show-prefix"]);
  if (prefix.exitCode !== 0)
    throw new FleetError(
      `${process.cwd()} is not in a Git repository, from which the operator could clone. Go to the folder of the stacks, or name it with -C.`,
    );
  const found = git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  if (found.exitCode !== 0)
    throw new FleetError(
      `Git knows no commit ${JSON.stringify(ref)} here. Name a branch, a tag or a commit.`,
    );
  const commit = found.stdout.trim();
  if (git(["for-each-ref", "--count=1", "--contains", commit, "refs/remotes"]).stdout === "")
    throw new FleetError(
      `Commit ${commit.slice(0, 12)} is on no remote branch that this clone knows, so no pod could clone it. Push it (or run git fetch), or name a pushed one with --commit.`,
    );
  // The folder of the stacks is empty at the root.
  const folder = prefix.stdout.trim().replace(/\/$/, "");
  return { repository: repository ?? origin(), commit, folder };
}

function origin(): string {
  const { stdout, exitCode } = git(["remote", "get-url", "origin"]);
  const address = exitCode === 0 ? httpsAddress(stdout.trim()) : undefined;
  if (address !== undefined) return address;
  throw new FleetError(
    "The remote origin has no address that a pod could clone by https. Name it: --repository https://github.com/<owner>/<name>.git",
  );
}

/**
 * The https form of a remote's address, without a user or password; undefined for another kind of address.
 * @param address also in SSH's forms: `git@host:owner/name`, `ssh://git@host/owner/name`
 */
export function httpsAddress(address: string): string | undefined {
  const [, host, path] = /^(?:[\w.-]+@)([\w.-]+):(?!\/)(.+)$/.exec(address) ?? [];
  if (host !== undefined) return `https://${host}/${path}`;
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(address);
  if (protocol === "https:") return `https://${hostname}${port && `:${port}`}${pathname}`;
  return protocol === "ssh:" && hostname !== "" ? `https://${hostname}${pathname}` : undefined;
}
