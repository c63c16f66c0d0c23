import type { MiddlewareHandler } from "hono";

/** One call that was answered. `path` has the query, but neither base path nor any header. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** More than any test makes; a sandbox that stays up for days must not grow. */
const kept = 10_000;

/** The calls that were answered, oldest first, the last ten thousand of them. */
export class RequestLog {
  #requests: LoggedRequest[] = [];

  list(): readonly LoggedRequest[] {
    return [...this.#requests];
  }

  middleware(): MiddlewareHandler {
    return async (c, next) => {
      await next();
      const path = c.req.path + new URL(c.req.url).search;
      this.#requests.push({ method: c.req.method, path, status: c.res.status });
      if (this.#requests.length > kept) this.#requests.shift();
    };
  }
}
