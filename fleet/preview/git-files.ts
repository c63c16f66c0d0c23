import { posix } from "node:path";
import type { FolderEntry } from "../../model/include-pattern.ts";
import type { Files } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { git } from "./git.ts";

/**
 * The files of a folder in a commit, read from Git's objects without a checkout.
 * @param prefix the folder relative to the root of the repository, with a trailing slash; empty at the root
 * @param name the commit's name in messages
 */
export function gitFiles(commit: string, prefix: string, name: string): Files {
  const where = `${prefix === "" ? "the repository" : prefix} at ${name}`;
  return {
    list: () => entries(`${commit}:${prefix}`, where).map(({ name: file }) => file),
    entries: (folder) => {
      const path = inside(prefix, folder);
      return path === undefined ? [] : entries(`${commit}:${path}`, where);
    },
    read: (file) => {
      const path = inside(prefix, file);
      return path === undefined ? undefined : blob(`${commit}:${path}`);
    },
    where,
  };
}

/** A path relative to the root of the repository; undefined if it is outside. */
function inside(prefix: string, path: string): string | undefined {
  const whole = posix.normalize(posix.join(prefix, path));
  if (posix.isAbsolute(path) || whole.startsWith("../") || /[\n\0]/.test(whole)) return undefined;
  return whole === "./" || whole === "." ? "" : whole;
}

const KINDS: Readonly<Record<string, FolderEntry["kind"]>> = {
  "100644": "file",
  "100755": "file",
  "040000": "folder",
};

function entries(tree: string, where: string): FolderEntry[] {
  const { stdout, stderr, exitCode } = git(["ls-tree", "--full-tree", "-z", tree]);
  // The folder may not exist in the commit.
  if (exitCode !== 0 && /not a tree object|does not exist|Not a valid object name/.test(stderr)) return [];
  if (exitCode !== 0) throw new FleetError(`${where} cannot be read: ${stderr.trim()}`);
  const lines = stdout.split("\0").filter((line) => line !== "");
  return lines.map((line) => ({
    name: line.slice(line.indexOf("\t") + 1),
    kind: KINDS[line.slice(0, 6)] ?? "other",
  }));
}

/** The text of a file. A symlink is followed only inside the commit. */
function blob(name: string): string | undefined {
  const { stdout } = git(["cat-file", "--batch", "--follow-symlinks"], `${name}\n`);
  const end = stdout.indexOf("\n");
  return /^[0-9a-f]+ blob \d+$/.test(stdout.slice(0, end)) ? stdout.slice(end + 1, -1) : undefined;
}
