import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { GitHubError, notFound } from "./answers.ts";
import type { Backend, Env } from "./backend.ts";
import type { InstallationTokens } from "./installed-app.ts";
import type { Repository } from "./repositories.ts";
import { viewer, WORKFLOW_BOT } from "./users.ts";

/** The accepted tokens. */
export interface Tokens {
  /** The token of a person with all rights. */
  readonly token: string;
  /** The token of a workflow, which is no user. */
  readonly workflowToken?: string;
  /** Of an App's installation. */
  readonly installation: Pick<InstallationTokens, "isValid">;
}

/** The kind of credentials in a request. */
export type Credentials = "none" | "person" | "workflow" | "bad";

/** Reads the `Authorization` header in GitHub's forms: `Bearer`, `token`, and `Basic` with the token as password. */
export function credentialsOf(header: string | undefined, tokens: Tokens): Credentials {
  if (header === undefined || header.trim() === "") return "none";
  const [scheme = "", value = ""] = header.trim().split(/ +/, 2);
  const kind = scheme.toLowerCase();
  if (kind === "bearer" || kind === "token") return ownerOf(value, tokens);
  if (kind !== "basic") return "bad";
  const pair = Buffer.from(value, "base64").toString("utf8");
  return ownerOf(pair.replace(/^[^:]*:/, ""), tokens);
}

function ownerOf(given: string, { token, workflowToken, installation }: Tokens): Credentials {
  if (same(given, token) || installation.isValid(given)) return "person";
  return workflowToken !== undefined && same(given, workflowToken) ? "workflow" : "bad";
}

/** Checks the token of every REST call. @throws {@link GitHubError} 401 */
export function authentication(tokens: Tokens): MiddlewareHandler<Env> {
  return async (c, next) => {
    const credentials = credentialsOf(c.req.header("Authorization"), tokens);
    if (credentials === "bad") throw new GitHubError(401, "Bad credentials");
    if (credentials === "none") throw new GitHubError(401, "Requires authentication");
    c.set("author", credentials === "workflow" ? WORKFLOW_BOT.login : viewer.login);
    await next();
  };
}

/** The repository in the route. @throws {@link GitHubError} 404 */
export function repositoryOf(c: Context<Env>, backend: Backend): Repository {
  const repository = backend.repositories.find(`${c.req.param("owner")}/${c.req.param("repo")}`);
  if (repository === undefined) throw notFound();
  return repository;
}

/** The organization in the route. @throws {@link GitHubError} 404 */
export function organizationOf(c: Context<Env>, backend: Backend): string {
  if (c.req.param("org")?.toLowerCase() !== backend.owner.toLowerCase()) throw notFound();
  return backend.owner;
}

/** Compares digests, so that the time taken reveals nothing about the token. */
function same(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
