import { posix } from "node:path";
import type { Files } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { git } from "./git.ts";

/**
 * The files of a folder as a commit has them, read from Git's objects: nothing is checked out.
 *
 * @param prefix the folder from the root of the repository, with a slash at the end; empty at the root
 * @param name what the commit is called in messages
 */
export function gitFiles(commit: string, prefix: string, name: string): Files {
  const where = `${prefix === "" ? "the repository" : prefix} at ${name}`;
  return {
    list: () => {
      const { stdout, stderr, exitCode } = git([
        "ls-tree",
        "--full-tree",
        "-z",
        "--name-only",
        `${commit}:${prefix}`,
      ]);
      // The folder may be younger than the commit.
      if (exitCode !== 0 && /not a tree object|does not exist|Not a valid object name/.test(stderr))
        return [];
      if (exitCode !== 0) throw new FleetError(`${where} cannot be read: ${stderr.trim()}`);
      return stdout.split("\0").filter((file) => file !== "");
    },
    read: (file) => {
      const path = posix.normalize(posix.join(prefix, file));
      if (posix.isAbsolute(file) || path.startsWith("../") || /[\n\0]/.test(path)) return undefined;
      return blob(`${commit}:${path}`);
    },
    where,
  };
}

/** The text of a file; a symlink is followed inside the commit, never out of it. */
function blob(name: string): string | undefined {
  const { stdout } = git(["cat-file", "--batch", "--follow-symlinks"], `${name}\n`);
  const end = stdout.indexOf("\n");
  return /^[0-9a-f]+ blob \d+$/.test(stdout.slice(0, end)) ? stdout.slice(end + 1, -1) : undefined;
}
