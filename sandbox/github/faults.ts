import escapeRegExp from "escape-string-regexp";
import type { MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { GitHubError } from "./answers.ts";

/** The next calls of a route fail. */
export interface ErrorFault {
  readonly kind: "error";
  /** A route without base path: `*` stands for one segment, `**` for any rest. */
  readonly path: string;
  /** @default any */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly status: ContentfulStatusCode;
  readonly message?: string;
  /** Do what was asked and lose the answer, as a gateway does that gives up too early. @default false */
  readonly applied?: boolean;
  /** Counts down. @default until {@link Faults.clear} */
  readonly times?: number;
}

/** Only a pull request may change a branch. */
export interface ProtectedBranch {
  readonly kind: "protected-branch";
  readonly repository: string;
  /** @default main */
  readonly branch?: string;
}

/** The commit that someone else pushes just before a call moves the branch. */
export interface ConcurrentPush {
  readonly kind: "concurrent-push";
  readonly repository: string;
  /** @default main */
  readonly branch?: string;
  /** The file that the other one changes. @default pushed-by-someone-else.txt */
  readonly path?: string;
  readonly content?: string;
  /** @default 1 */
  readonly times?: number;
}

/** A fault to turn on. */
export type Fault = ErrorFault | ProtectedBranch | ConcurrentPush;

/** The faults that are on. */
export class Faults {
  #active: readonly Fault[];

  constructor(faults: readonly Fault[] = []) {
    this.#active = faults;
  }

  /** Turns a fault on. */
  add(fault: Fault): void {
    this.#active = [...this.#active, fault];
  }

  /** Those that are on, oldest first; `times` is what is left of one. */
  list(): readonly Fault[] {
    return this.#active;
  }

  /** Turns every fault off. */
  clear(): void {
    this.#active = [];
  }

  /** Whether direct writes to a branch are refused. */
  isProtected(repository: string, branch: string): boolean {
    return this.#active.some((fault) => fault.kind === "protected-branch" && isOf(fault, repository, branch));
  }

  /** The push to put in front of a write to a branch, if one is due; it is spent by asking. */
  takeConcurrentPush(repository: string, branch: string): ConcurrentPush | undefined {
    const found = this.#active.find(
      (fault) => fault.kind === "concurrent-push" && isOf(fault, repository, branch),
    );
    if (found?.kind !== "concurrent-push") return undefined;
    this.#spend(found, found.times ?? 1);
    return found;
  }

  /** Answers calls with an error, as the faults say. */
  middleware(): MiddlewareHandler {
    return async (c, next) => {
      const found = this.#active.find(
        (fault) =>
          fault.kind === "error" &&
          (fault.method ?? c.req.method) === c.req.method &&
          matches(fault.path, c.req.path),
      );
      if (found?.kind !== "error") return await next();
      this.#spend(found, found.times);
      if (found.applied) await next();
      c.res = new GitHubError(found.status, found.message ?? "Server Error").response();
    };
  }

  #spend(fault: ErrorFault | ConcurrentPush, times: number | undefined): void {
    if (times === undefined) return;
    const place = this.#active.indexOf(fault);
    this.#active = this.#active.toSpliced(place, 1, ...(times > 1 ? [{ ...fault, times: times - 1 }] : []));
  }
}

function matches(pattern: string, path: string): boolean {
  const source = escapeRegExp(pattern).replaceAll("\\*\\*", ".*").replaceAll("\\*", "[^/]*");
  return new RegExp(`^${source}$`, "s").test(path);
}

function isOf(fault: ProtectedBranch | ConcurrentPush, repository: string, branch: string): boolean {
  return fault.repository.toLowerCase() === repository.toLowerCase() && (fault.branch ?? "main") === branch;
}
