import { appendFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { ObjectReader } from "./object-reader.ts";
import { editTree, isoSeconds, writeBlob, writeCommit } from "./objects.ts";
import { absent, moveReference } from "./refs.ts";
import type { StateFile, StoredRepository } from "./state.ts";

/** The branch that every repository of the local GitHub starts with. */
export const defaultBranch = "main";

/** A repository to serve, and what its first commit holds. Without files it is empty, as one just created. */
export interface RepositorySeed {
  /** `owner/name` */
  readonly name: string;
  /** Path to text. Written once, when the repository is created. */
  readonly files?: Readonly<Record<string, string>>;
  /** @default true */
  readonly private?: boolean;
}

/** A repository that is served: what is kept about it, and where its bare Git repository is. */
export interface Repository extends StoredRepository {
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
   * Opens those that the folder already holds, and creates those of the seeds that are new.
   *
   * @throws Error for a seed whose name is no repository name
   */
  static async open(
    directory: string,
    state: StateFile,
    seeds: readonly RepositorySeed[],
  ): Promise<Repositories> {
    const repositories = new Repositories(join(directory, "repositories"));
    for (const stored of state.repositories()) await writeGitHooks(repositories.#serve(stored).directory);
    for (const seed of seeds) {
      const known = repositories.find(seed.name);
      if (known === undefined) await repositories.#create(seed, state);
    }
    return repositories;
  }

  /** The repository `owner/name`, in any case, with or without `.git`. */
  find(name: string): Repository | undefined {
    return this.#byName.get(name.toLowerCase().replace(/\.git$/, ""));
  }

  all(): readonly Repository[] {
    return [...this.#byName.values()];
  }

  /** Ends what reads them. */
  async close(): Promise<void> {
    await Promise.all(this.all().map(({ objects }) => objects.close()));
  }

  #serve(stored: StoredRepository): Repository {
    const [owner = "", shortName = ""] = stored.name.split("/");
    const directory = join(this.#root, owner.toLowerCase(), `${shortName.toLowerCase()}.git`);
    const repository = { ...stored, owner, shortName, directory, objects: new ObjectReader(directory) };
    this.#byName.set(stored.name.toLowerCase(), repository);
    return repository;
  }

  async #create(seed: RepositorySeed, state: StateFile): Promise<void> {
    checkName(seed.name);
    const stored: StoredRepository = {
      id: state.takeId(),
      name: seed.name,
      private: seed.private ?? true,
      createdAt: isoSeconds(new Date()),
    };
    const { directory } = this.#serve(stored);
    // Made beside its place and moved, so that a server that is killed here leaves nothing half made.
    const making = `${directory}.making`;
    await rm(making, { recursive: true, force: true });
    await mkdir(join(directory, ".."), { recursive: true });
    await initialize(making);
    if (seed.files !== undefined) await firstCommit(making, seed.files);
    if (await exists(directory)) await rm(directory, { recursive: true });
    await rename(making, directory);
    await state.addRepository(stored);
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
  await writeGitHooks(directory);
}

/** Written at each start: a folder that an older version made has older ones. */
async function writeGitHooks(directory: string): Promise<void> {
  await mkdir(join(directory, "hooks"), { recursive: true });
  await writeFile(join(directory, "hooks", "update"), updateHook, { mode: 0o755 });
  await writeFile(join(directory, "hooks", "post-receive"), postReceiveHook, { mode: 0o755 });
}

/** Refuses a push to a branch that the server protects, in the words of GitHub's rulesets. */
const updateHook = `#!/bin/sh
case "
$PROTECTED_REFERENCES
" in
*"
$1
"*)
  echo "error: GH013: Repository rule violations found for $1." >&2
  echo "- Changes must be made through a pull request." >&2
  exit 1
  ;;
esac
`;

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
    edits.push({ path, object: { mode: "100644", sha } });
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
