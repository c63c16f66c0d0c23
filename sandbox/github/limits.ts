import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { GitHubError } from "./answers.ts";
import type { Env } from "./backend.ts";

/** A number of calls in a number of seconds. */
export interface Window {
  readonly limit: number;
  readonly seconds: number;
}

/** The limits to enforce; a missing one is off. */
export interface Limits {
  /** All calls, in a window that starts with the first call. */
  readonly primary?: Window;
  /** POST, PUT and PATCH calls in each sliding window. */
  readonly contentCreation?: readonly Window[];
}

/** The numbers in the headers while no limit is on: GitHub's own. */
const PRIMARY: Window = { limit: 5000, seconds: 3600 };

/** The values of the `x-ratelimit-*` headers; `reset` is in seconds since 1970. */
type RateLimit = ReturnType<RateLimits["current"]>;

const documentation = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";

/** Counts calls, reports the count in every response, and refuses calls over a limit. */
export class RateLimits {
  #limits: Limits;
  #start = 0;
  #used = 0;
  #created: number[] = [];
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(limits: Limits = {}, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Replaces the limits and restarts the count. */
  set(limits: Limits): void {
    this.#limits = limits;
    this.#start = 0;
    this.#used = 0;
    this.#created = [];
  }

  /** The remaining calls. If the limit is off, it never shows zero, because clients stop calling at zero. */
  current() {
    const { limit, seconds } = this.#limits.primary ?? PRIMARY;
    const now = this.#now();
    if (now >= this.#start + seconds * 1000) {
      this.#start = now;
      this.#used = 0;
    }
    const used = Math.min(this.#used, this.#limits.primary === undefined ? limit - 1 : limit);
    return { limit, remaining: limit - used, reset: Math.ceil(this.#start / 1000 + seconds), used };
  }

  /** Applies the limits to the following routes. */
  middleware(): MiddlewareHandler<Env> {
    return async (c, next) => {
      const before = this.current();
      if (this.#limits.primary !== undefined && before.remaining === 0) throw usedUp(before);
      this.#used += 1;
      if (["POST", "PUT", "PATCH"].includes(c.req.method)) this.#create();
      await next();
      // GitHub does not count a conditional call that answers 304.
      if (c.res.status === 304) this.#used -= 1;
    };
  }

  /** Sets the headers on every API response, including errors. */
  headers(): MiddlewareHandler<Env> {
    return async (c, next) => {
      await next();
      for (const [name, value] of Object.entries(rateHeaders(this.current()))) c.res.headers.set(name, value);
      c.res.headers.set("x-github-request-id", randomUUID());
    };
  }

  #create(): void {
    const now = this.#now();
    const windows = this.#limits.contentCreation ?? [];
    const longest = Math.max(0, ...windows.map(({ seconds }) => seconds));
    this.#created = this.#created.filter((at) => at > now - longest * 1000);
    for (const { limit, seconds } of windows) {
      const inside = this.#created.filter((at) => at > now - seconds * 1000);
      if (inside.length < limit) continue;
      const free = inside.at(inside.length - limit) ?? now;
      throw tooMuchContent(Math.max(1, Math.ceil((free + seconds * 1000 - now) / 1000)));
    }
    if (windows.length > 0) this.#created.push(now);
  }
}

function rateHeaders(rate: RateLimit): Record<string, string> {
  return {
    "x-ratelimit-limit": String(rate.limit),
    "x-ratelimit-remaining": String(rate.remaining),
    "x-ratelimit-reset": String(rate.reset),
    "x-ratelimit-used": String(rate.used),
    "x-ratelimit-resource": "core",
  };
}

function usedUp(rate: RateLimit): GitHubError {
  return new GitHubError(
    403,
    "API rate limit exceeded for user ID 1. If you reach out to GitHub Support for help, please include the request ID.",
    { documentation, headers: rateHeaders(rate) },
  );
}

function tooMuchContent(retryAfter: number): GitHubError {
  return new GitHubError(
    403,
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. " +
      "Please retry your request again later.",
    {
      documentation: `${documentation}#about-secondary-rate-limits`,
      headers: { "retry-after": String(retryAfter) },
    },
  );
}
