import { existsSync } from "node:fs";
import { appendFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { ObjectReader } from "./object-reader.ts";
import { editTree, isoSeconds, writeBlob, writeCommit } from "./objects.ts";
import { absent, moveReference } from "./refs.ts";
import type { State } from "./state.ts";

/** The first branch of every repository. */
export const defaultBranch = "main";

/** A repository to serve, with the files of its first commit. Without files it is empty. */
export interface RepositorySeed {
  /** `owner/name` */
  readonly name: string;
  /** Path → text, written once when the repository is created. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether reading needs the token. @default true */
  readonly private?: boolean;
  /** Whether the repository is read-only. @default false */
  readonly archived?: boolean;
}

/** A served repository and its bare Git repository. */
export interface Repository {
  readonly id: number;
  readonly name: string;
  readonly private: boolean;
  readonly archived: boolean;
  readonly createdAt: string;
  readonly owner: string;
  readonly shortName: string;
  readonly directory: string;
  readonly objects: ObjectReader;
  /** Its addresses in the API and on the web. They have the server's port, so they are known when it listens. */
  readonly api: string;
  readonly web: string;
}

/** The served repositories. A name in a URL is only looked up here and never becomes a path on disk. */
export class Repositories {
  readonly #byName = new Map<string, Repository>();

  /**
   * Opens the repositories of the seeds, and creates missing ones.
   * @throws Error if a seed's name is invalid
   */
  static async open(
    directory: string,
    state: State,
    seeds: readonly RepositorySeed[],
    origin: () => string,
  ): Promise<Repositories> {
    const repositories = new Repositories();
    for (const { name, files, private: isPrivate = true, archived = false } of seeds) {
      checkName(name);
      const [owner = "", shortName = ""] = name.split("/");
      const bare = join(directory, "repositories", owner.toLowerCase(), `${shortName.toLowerCase()}.git`);
      repositories.#byName.set(name.toLowerCase(), {
        id: state.takeId(),
        name,
        private: isPrivate,
        archived,
        createdAt: isoSeconds(new Date()),
        owner,
        shortName,
        directory: bare,
        objects: new ObjectReader(bare),
        get api() {
          return `${origin()}/api/v3/repos/${name}`;
        },
        get web() {
          return `${origin()}/${name}`;
        },
      });
      if (!existsSync(bare)) await create(bare, files);
    }
    return repositories;
  }

  /** The repository `owner/name`, case-insensitive, with or without `.git`. */
  find(name: string): Repository | undefined {
    return this.#byName.get(name.toLowerCase().replace(/\.git$/, ""));
  }

  /** Closes all object readers. */
  async close(): Promise<void> {
    await Promise.all([...this.#byName.values()].map(({ objects }) => objects.close()));
  }
}

/** Creates a repository under another name and renames it, so that a killed server leaves no half-made one. */
async function create(directory: string, files: RepositorySeed["files"]): Promise<void> {
  const making = `${directory}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(join(directory, ".."), { recursive: true });
  await initialize(making);
  if (files !== undefined) await firstCommit(making, files);
  await rename(making, directory);
}

// Like GitHub, allows partial clones and fetches by commit id. Background jobs are off, so that none outlives the
// server.
const settings = `[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	fsckObjects = true
	autogc = false
[gc]
	auto = 0
[maintenance]
	auto = false
`;

async function initialize(directory: string): Promise<void> {
  await mkdir(directory);
  await git(directory, ["init", "--quiet", "--bare", "--template=", `--initial-branch=${defaultBranch}`], {
    // This server reads references as files; older versions of Git ignore the setting.
    environment: { GIT_DEFAULT_REF_FORMAT: "files" },
  });
  await appendFile(join(directory, "config"), settings);
  await mkdir(join(directory, "hooks"), { recursive: true });
  await writeFile(join(directory, "hooks", "post-receive"), postReceiveHook, { mode: 0o755 });
}

/** Reports the moved references to the server. Without a listener (a push into the folder itself) it does nothing. */
const postReceiveHook = `#!/bin/sh
if { true >&3; } 2>/dev/null; then
  cat >&3
else
  cat >/dev/null
fi
`;

async function firstCommit(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const edits = [];
  for (const [path, text] of Object.entries(files)) {
    const sha = await writeBlob(directory, Buffer.from(text, "utf8"));
    edits.push({ path, mode: "100644", sha });
  }
  const tree = await editTree(directory, undefined, edits);
  const who = { name: "GitHub", email: "noreply@github.com", date: isoSeconds(new Date()) };
  const commit = { tree, parents: [], author: who, committer: who, message: "Initial commit" };
  await moveReference(directory, `refs/heads/${defaultBranch}`, absent, await writeCommit(directory, commit));
}

function checkName(name: string): void {
  const parts = name.split("/");
  const good = parts.length === 2 && parts.every((part) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(part));
  if (!good || name.toLowerCase().endsWith(".git")) {
    throw new Error(
      `"${name}" is not a repository: write it as owner/name, with letters, digits, ".", "-" and "_".`,
    );
  }
}
