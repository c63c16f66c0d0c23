import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** A webhook as it is kept. The secret is here because a delivery must be signed with it; no answer carries it. */
export interface StoredHook {
  readonly id: number;
  readonly active: boolean;
  readonly events: readonly string[];
  readonly url: string;
  readonly contentType: string;
  readonly insecureSsl: string;
  readonly secret?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What is kept about a repository besides its Git objects. */
export interface StoredRepository {
  readonly id: number;
  readonly name: string;
  readonly private: boolean;
  readonly createdAt: string;
}

const moment = z.iso.datetime();
const stateSchema = z.strictObject({
  version: z.literal(1),
  nextId: z.int().positive(),
  repositories: z.array(
    z.strictObject({ id: z.int(), name: z.string(), private: z.boolean(), createdAt: moment }),
  ),
  hooks: z.record(
    z.string(),
    z.array(
      z.strictObject({
        id: z.int(),
        active: z.boolean(),
        events: z.array(z.string()),
        url: z.string(),
        contentType: z.string(),
        insecureSsl: z.string(),
        secret: z.string().optional(),
        createdAt: moment,
        updatedAt: moment,
      }),
    ),
  ),
});

type State = z.infer<typeof stateSchema>;

/** What the local GitHub remembers besides Git: one JSON file, replaced as a whole at every change. */
export class StateFile {
  readonly #file: string;
  #state: State;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, state: State) {
    this.#file = file;
    this.#state = state;
  }

  /**
   * Reads the state of a folder; a folder without one starts empty.
   *
   * @throws Error naming the file and the way out, where it is not a state that this version wrote
   */
  static async open(directory: string): Promise<StateFile> {
    const file = join(directory, "state.json");
    const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return undefined;
    });
    if (text === undefined)
      return new StateFile(file, { version: 1, nextId: 1, repositories: [], hooks: {} });
    return new StateFile(file, parse(file, text));
  }

  repositories(): readonly StoredRepository[] {
    return this.#state.repositories;
  }

  /** The hooks of a repository (`owner/name`) or an organization (`owner`), oldest first. */
  hooks(scope: string): readonly StoredHook[] {
    return this.#state.hooks[key(scope)] ?? [];
  }

  /** A number that no other object of this server has. */
  takeId(): number {
    const id = this.#state.nextId;
    this.#state = { ...this.#state, nextId: id + 1 };
    return id;
  }

  async setHooks(scope: string, hooks: readonly StoredHook[]): Promise<void> {
    const stored = hooks.map((hook) => ({ ...hook, events: [...hook.events] }));
    this.#state = { ...this.#state, hooks: { ...this.#state.hooks, [key(scope)]: stored } };
    await this.#save();
  }

  async addRepository(repository: StoredRepository): Promise<void> {
    this.#state = { ...this.#state, repositories: [...this.#state.repositories, repository] };
    await this.#save();
  }

  /** Resolves when everything that was changed is on disk. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #save(): Promise<void> {
    const write = this.#writing.then(
      async () => await replaceFile(this.#file, `${JSON.stringify(this.#state, null, 2)}\n`),
    );
    this.#writing = write.catch(() => undefined);
    await write;
  }
}

/** Replaces a file so that a reader, and a crash, sees the old text or the new one. Readable by its owner only. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const next = `${file}.next`;
  const handle = await open(next, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}

function parse(file: string, text: string): State {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${file} is not a state of the local GitHub. Remove its folder to start with an empty one.`,
    );
  }
}

/** GitHub's names ignore case. The prefix keeps a scope named like a property of Object apart from one. */
function key(scope: string): string {
  return `/${scope.toLowerCase()}`;
}
