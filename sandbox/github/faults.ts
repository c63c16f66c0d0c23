import escapeRegExp from "escape-string-regexp";
import type { MiddlewareHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { GitHubError } from "./answers.ts";

/** Makes the next calls of a route fail. */
interface ErrorFault {
  readonly kind: "error";
  /** A route without base path: `*` matches one segment, `**` any rest. */
  readonly path: string;
  /** @default any */
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly status: ContentfulStatusCode;
  readonly message?: string;
  /** The address that explains the error; clients recognize some errors by it. */
  readonly documentation?: string;
  /** Headers of the answer, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Performs the call and then loses the response, like a gateway timeout. @default false */
  readonly applied?: boolean;
  /** The number of calls that fail. @default until {@link Faults.clear} */
  readonly times?: number;
}

/** Refuses direct writes to a branch: only a pull request may change it. */
interface ProtectedBranch {
  readonly kind: "protected-branch";
  readonly repository: string;
  /** @default main */
  readonly branch?: string;
}

/** Pushes somebody else's commit just before a call moves the branch. */
export interface ConcurrentPush {
  readonly kind: "concurrent-push";
  readonly repository: string;
  /** @default main */
  readonly branch?: string;
  /** The file that this commit changes. @default pushed-by-someone-else.txt */
  readonly path?: string;
  readonly content?: string;
  /** @default 1 */
  readonly times?: number;
}

/** A fault to turn on. */
export type Fault = ErrorFault | ProtectedBranch | ConcurrentPush;

/** The active faults. */
export class Faults {
  #active: readonly Fault[];

  constructor(faults: readonly Fault[] = []) {
    this.#active = faults;
  }

  /** Turns a fault on. */
  add(fault: Fault): void {
    this.#active = [...this.#active, fault];
  }

  /** The active faults, oldest first. `times` is the remaining count. */
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

  /** The push to perform before a write to a branch, if one is due. This call consumes it. */
  takeConcurrentPush(repository: string, branch: string): ConcurrentPush | undefined {
    const found = this.#active.find(
      (fault) => fault.kind === "concurrent-push" && isOf(fault, repository, branch),
    );
    if (found?.kind !== "concurrent-push") return undefined;
    this.#spend(found, found.times ?? 1);
    return found;
  }

  /** Answers calls with an error according to the faults. */
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
      c.res = new GitHubError(found.status, found.message ?? "Server Error", found).response();
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
