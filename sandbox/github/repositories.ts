import { appendFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { ObjectReader } from "./object-reader.ts";
import { editTree, isoSeconds, writeBlob, writeCommit } from "./objects.ts";
import { absent, moveReference } from "./refs.ts";
import type { State } from "./state.ts";

/** The branch that every repository of the local GitHub starts with. */
export const defaultBranch = "main";

/** A repository to serve, and what its first commit holds. Without files it is empty, as one just created. */
export interface RepositorySeed {
  /** `owner/name` */
  readonly name: string;
  /** Path to text. Written once, when the repository is created. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether Git needs the token to read it. @default true */
  readonly private?: boolean;
  /** Whether nothing can change in it any more. @default false */
  readonly archived?: boolean;
}

/** A repository that is served, and where its bare Git repository is. */
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
}

/**
 * The repositories that are served. A name in a URL is only ever looked up here: no path on disk is made of it.
 */
export class Repositories {
  readonly #byName = new Map<string, Repository>();
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /**
   * Opens the repositories of the seeds, and makes those that the folder does not hold.
   *
   * @throws Error for a seed whose name is no repository name
   */
  static async open(
    directory: string,
    state: State,
    seeds: readonly RepositorySeed[],
  ): Promise<Repositories> {
    const repositories = new Repositories(join(directory, "repositories"));
    for (const seed of seeds) await repositories.#open(seed, state.takeId());
    return repositories;
  }

  /** The repository `owner/name`, in any case, with or without `.git`. */
  find(name: string): Repository | undefined {
    return this.#byName.get(name.toLowerCase().replace(/\.git$/, ""));
  }

  /** Ends what reads them. */
  async close(): Promise<void> {
    await Promise.all([...this.#byName.values()].map(({ objects }) => objects.close()));
  }

  async #open(seed: RepositorySeed, id: number): Promise<void> {
    const { name, files, private: isPrivate = true, archived = false } = seed;
    checkName(name);
    const [owner = "", shortName = ""] = name.split("/");
    const directory = join(this.#root, owner.toLowerCase(), `${shortName.toLowerCase()}.git`);
    const createdAt = isoSeconds(new Date());
    const objects = new ObjectReader(directory);
    const own = { owner, shortName, directory, objects };
    this.#byName.set(name.toLowerCase(), { id, name, private: isPrivate, archived, createdAt, ...own });
    if (await exists(directory)) return;
    // Made beside its place and moved, so that a server that is killed here leaves nothing half made.
    const making = `${directory}.making`;
    await rm(making, { recursive: true, force: true });
    await mkdir(join(directory, ".."), { recursive: true });
    await initialize(making);
    if (files !== undefined) await firstCommit(making, files);
    await rename(making, directory);
  }
}

// As GitHub: partial clones, and commits by id. And nothing may go on in the background when the server has ended.
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
    // References are read as files; a Git that knows no other form ignores this.
    environment: { GIT_DEFAULT_REF_FORMAT: "files" },
  });
  await appendFile(join(directory, "config"), settings);
  await mkdir(join(directory, "hooks"), { recursive: true });
  await writeFile(join(directory, "hooks", "post-receive"), postReceiveHook, { mode: 0o755 });
}

/**
 * Tells the server what a push moved, a line each, and where all branches are then: the client waits for it, so that
 * no later push can be among them. Nobody listens where somebody pushes into the folder itself.
 */
const postReceiveHook = `#!/bin/sh
if { true >&3; } 2>/dev/null; then
  cat >&3
  git for-each-ref --format="branch %(objectname) %(refname)" refs/heads >&3
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
      `"${name}" is no repository: write it as owner/name, of letters, digits, ".", "-" and "_".`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
