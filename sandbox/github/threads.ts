import { isoSeconds } from "./objects.ts";
import type { State } from "./state.ts";

/** A comment below an issue or a pull request. */
export interface Comment {
  readonly id: number;
  /** The author's login. */
  readonly author: string;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

/** An issue or a pull request. GitHub numbers both in one sequence. */
export interface Thread {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string;
  readonly author: string;
  open: boolean;
  /** The reason for its state. */
  reason: "completed" | "not_planned" | "reopened" | undefined;
  closedAt: string | undefined;
  readonly pullRequest: boolean;
  readonly createdAt: string;
  updatedAt: string;
  readonly comments: Comment[];
}

/** The fields of a new issue. `pullRequest` makes it a pull request. */
type Opening = Pick<Thread, "title" | "author"> & Partial<Pick<Thread, "body" | "pullRequest">>;

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
    return this.#of(repository)
      .flatMap((thread) => thread.comments.map((comment) => ({ thread, comment })))
      .find(({ comment }) => comment.id === id);
  }

  open(repository: string, { title, body = "", author, pullRequest = false }: Opening): Thread {
    const now = isoSeconds(new Date());
    const threads = this.#of(repository);
    const thread: Thread = {
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

  change(thread: Thread, change: Partial<Thread>): void {
    Object.assign(thread, change, { updatedAt: isoSeconds(new Date()) });
  }

  write(thread: Thread, author: string, body: string): Comment {
    const now = isoSeconds(new Date());
    const comment = { id: this.#state.takeId(), author, body, createdAt: now, updatedAt: now };
    thread.comments.push(comment);
    thread.updatedAt = now;
    return comment;
  }

  #of(repository: string): Thread[] {
    const key = repository.toLowerCase();
    const threads = this.#byRepository.get(key) ?? [];
    this.#byRepository.set(key, threads);
    return threads;
  }
}
