/** A webhook with its secret, which signs deliveries. No response contains it. */
export interface StoredHook {
  readonly id: number;
  readonly active: boolean;
  readonly events: readonly string[];
  readonly url: string;
  readonly contentType: "json" | "form";
  readonly insecureSsl: string;
  readonly secret?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The in-memory state of the local GitHub besides Git. */
export class State {
  readonly #hooks = new Map<string, Map<string, StoredHook>>();
  #nextId = 1;

  /** The hooks of a repository (`owner/name`) or an organization (`owner`) by id, oldest first. */
  hooks(scope: string): Map<string, StoredHook> {
    const key = scope.toLowerCase();
    const hooks = this.#hooks.get(key) ?? new Map<string, StoredHook>();
    this.#hooks.set(key, hooks);
    return hooks;
  }

  /** An id that no other object of this server has. */
  takeId(): number {
    return this.#nextId++;
  }
}
