import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { GitHubError, notFound } from "./answers.ts";
import type { Backend, Env } from "./backend.ts";
import type { Repository } from "./repositories.ts";

/** What a request shows about its caller. */
export type Credentials = "none" | "good" | "bad";

/**
 * Reads the `Authorization` header in the forms that GitHub takes: `Bearer`, `token`, and `Basic` with the token as
 * the password, or as the user name with no password.
 */
export function credentialsOf(header: string | undefined, token: string): Credentials {
  if (header === undefined || header.trim() === "") return "none";
  const [scheme = "", value = ""] = header.trim().split(/ +/, 2);
  switch (scheme.toLowerCase()) {
    case "bearer":
    case "token":
      return same(value, token) ? "good" : "bad";
    case "basic": {
      const pair = Buffer.from(value, "base64").toString("utf8");
      const colon = pair.indexOf(":");
      const user = colon < 0 ? pair : pair.slice(0, colon);
      const password = colon < 0 ? "" : pair.slice(colon + 1);
      return same(password === "" ? user : password, token) ? "good" : "bad";
    }
    default:
      return "bad";
  }
}

/** Checks the token of every REST call: a wrong one is 401, none is left to the route. */
export function authentication(token: string): MiddlewareHandler<Env> {
  return async (c, next) => {
    const credentials = credentialsOf(c.req.header("Authorization"), token);
    if (credentials === "bad") throw new GitHubError(401, "Bad credentials");
    c.set("authenticated", credentials === "good");
    await next();
  };
}

/** @throws {@link GitHubError} 401 where the request carries no token */
export function requireToken(c: Context<Env>): void {
  if (!c.get("authenticated")) throw new GitHubError(401, "Requires authentication");
}

/**
 * The repository that the route names, if the caller may see it. Without a token that is a public one, to read; a
 * private one answers as if it did not exist, as GitHub's do.
 */
export function repositoryOf(c: Context<Env>, backend: Backend, access: "read" | "write"): Repository {
  const repository = backend.repositories.find(`${c.req.param("owner")}/${c.req.param("repo")}`);
  if (repository === undefined) throw notFound();
  if (c.get("authenticated")) return repository;
  if (repository.private) throw notFound();
  if (access === "write") requireToken(c);
  return repository;
}

/** The organization that the route names; whatever concerns its hooks needs a token. */
export function organizationOf(c: Context<Env>, backend: Backend): string {
  if (c.req.param("org")?.toLowerCase() !== backend.owner.toLowerCase()) throw notFound();
  return backend.owner;
}

/** Compares digests, so that the time taken says nothing about the token. */
function same(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
