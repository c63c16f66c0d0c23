import type { MiddlewareHandler } from "hono";

/** One answered call. `path` includes the query, but not the base path. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A limit, so that a long-running sandbox does not grow. */
const kept = 10_000;

/** The last ten thousand calls, oldest first. */
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
