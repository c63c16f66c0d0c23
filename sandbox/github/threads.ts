import { isoSeconds } from "./objects.ts";
import type { State } from "./state.ts";

/** A comment below an issue or a pull request. */
export interface Comment {
  readonly id: number;
  /** The author's login. */
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An issue or a pull request. GitHub numbers both in one sequence. */
export interface Thread {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly open: boolean;
  /** The reason for its state. */
  readonly reason: "completed" | "not_planned" | "reopened" | undefined;
  readonly closedAt: string | undefined;
  readonly pullRequest: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly comments: readonly Comment[];
}

/** The fields of a new issue. `pullRequest` makes it a pull request. */
export interface Opening {
  readonly title: string;
  readonly body?: string;
  readonly author: string;
  readonly pullRequest?: boolean;
}

/** The issues and comments of all repositories (`owner/name`), in memory. */
export class Threads {
  readonly #state: State;
  readonly #byRepository = new Map<string, Thread[]>();

  constructor(state: State) {
    this.#state = state;
  }

  /** The threads of a repository, newest first. */
  list(repository: string): readonly Thread[] {
    return [...this.#of(repository)].reverse();
  }

  find(repository: string, number: number): Thread | undefined {
    return this.#of(repository)[number - 1];
  }

  /** The comment with this id in any thread of the repository. */
  comment(repository: string, id: number): { thread: Thread; comment: Comment } | undefined {
    for (const thread of this.#of(repository)) {
      const comment = thread.comments.find((each) => each.id === id);
      if (comment !== undefined) return { thread, comment };
    }
    return undefined;
  }

  open(repository: string, { title, body = "", author, pullRequest = false }: Opening): Thread {
    const now = isoSeconds(new Date());
    const threads = this.#of(repository);
    const thread = {
      id: this.#state.takeId(),
      number: threads.length + 1,
      title,
      body,
      author,
      open: true,
      reason: undefined,
      closedAt: undefined,
      pullRequest,
      createdAt: now,
      updatedAt: now,
      comments: [],
    };
    threads.push(thread);
    return thread;
  }

  /** @returns the changed thread */
  change(repository: string, thread: Thread, change: Partial<Thread>): Thread {
    const changed = { ...thread, ...change, updatedAt: isoSeconds(new Date()) };
    this.#of(repository)[thread.number - 1] = changed;
    return changed;
  }

  write(repository: string, thread: Thread, author: string, body: string): Comment {
    const now = isoSeconds(new Date());
    const comment = { id: this.#state.takeId(), author, body, createdAt: now, updatedAt: now };
    this.change(repository, thread, { comments: [...thread.comments, comment] });
    return comment;
  }

  rewrite(
    repository: string,
    { thread, comment }: { thread: Thread; comment: Comment },
    body: string,
  ): Comment {
    const changed = { ...comment, body, updatedAt: isoSeconds(new Date()) };
    const comments = thread.comments.map((each) => (each.id === comment.id ? changed : each));
    this.change(repository, thread, { comments });
    return changed;
  }

  #of(repository: string): Thread[] {
    const key = repository.toLowerCase();
    const threads = this.#byRepository.get(key) ?? [];
    this.#byRepository.set(key, threads);
    return threads;
  }
}
