import { randomUUID } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { GitHubError } from "./answers.ts";
import type { Env } from "./backend.ts";

/** So many calls in so many seconds. */
export interface Window {
  readonly limit: number;
  readonly seconds: number;
}

/** Which of GitHub's limits are enforced. What is left out is not. */
export interface Limits {
  /** Calls of any kind in a window that starts with the first of them. */
  readonly primary?: Window;
  /** POST, PUT and PATCH calls in each sliding window. */
  readonly contentCreation?: readonly Window[];
}

/** What the headers say while no limit is on: GitHub's own number. */
const PRIMARY: Window = { limit: 5000, seconds: 3600 };

/** The numbers of the `x-ratelimit-*` headers; `reset` in seconds since 1970. */
export interface RateLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly reset: number;
  readonly used: number;
}

const documentation = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";

/** Counts calls, says so in every answer, and refuses those over a limit that is on. */
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

  /** Replaces the limits and starts counting anew. */
  set(limits: Limits): void {
    this.#limits = limits;
    this.#start = 0;
    this.#used = 0;
    this.#created = [];
  }

  /** What is left, now. A limit that is off never shows zero: clients stop calling by themselves at zero. */
  current(): RateLimit {
    const { limit, seconds } = this.#limits.primary ?? PRIMARY;
    const now = this.#now();
    if (now >= this.#start + seconds * 1000) {
      this.#start = now;
      this.#used = 0;
    }
    const used = Math.min(this.#used, this.#limits.primary === undefined ? limit - 1 : limit);
    return { limit, remaining: limit - used, reset: Math.ceil(this.#start / 1000 + seconds), used };
  }

  /** Applies the limits to the routes behind it. */
  middleware(): MiddlewareHandler<Env> {
    return async (c, next) => {
      const before = this.current();
      if (this.#limits.primary !== undefined && before.remaining === 0) throw usedUp(before);
      this.#used += 1;
      if (["POST", "PUT", "PATCH"].includes(c.req.method)) this.#create();
      await next();
      // A conditional call that finds nothing new costs nothing.
      if (c.res.status === 304) this.#used -= 1;
    };
  }

  /** Puts the headers on every answer of the API, errors included. */
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
