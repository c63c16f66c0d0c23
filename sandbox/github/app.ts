import { Hono } from "hono";
import { etag } from "hono/etag";
import { accounts } from "./accounts.ts";
import { GitHubError, notFound } from "./answers.ts";
import { authentication, type Tokens } from "./authentication.ts";
import type { Backend, Env } from "./backend.ts";
import { gitData } from "./git-data.ts";
import { gitReferences } from "./git-references.ts";
import { hooks } from "./hooks.ts";
import type { InstallationTokens } from "./installed-app.ts";
import { issues } from "./issues.ts";
import type { RateLimits } from "./limits.ts";
import type { RequestLog } from "./request-log.ts";
import { smartHttp } from "./smart-http.ts";

/** The parts of the application besides the backend. */
interface AppParts {
  readonly tokens: Tokens;
  /** Where an App gets its tokens. */
  readonly installation: InstallationTokens;
  readonly limits: RateLimits;
  readonly requests: RequestLog;
  /** Logs one line about a call that this server cannot answer. */
  readonly log: (line: string) => void;
  /** Aborts when the server stops. */
  readonly ending: AbortSignal;
}

/**
 * All routes of the local GitHub. The API answers below `/` and, like GitHub Enterprise Server, below `/api/v3`.
 */
export function createApp(
  backend: Backend,
  { tokens, installation, limits, requests, log, ending }: AppParts,
): Hono<Env> {
  const app = new Hono<Env>({ getPath: (request) => routeOf(request.url) });
  app.use(requests.middleware());
  app.route("/", smartHttp(backend, tokens, ending));
  app.route("/", installation.routes(backend.owner));

  app.use(limits.headers(), authentication(tokens), backend.faults.middleware(), limits.middleware());
  app.use(etag({ weak: true }));
  app.route("/", accounts(backend));
  app.route("/", hooks(backend));
  app.route("/", gitData(backend));
  app.route("/", gitReferences(backend));
  app.route("/", issues(backend));

  app.notFound((c) => {
    log(
      `The local GitHub does not know ${c.req.method} ${c.req.path}. docs/local-github.md lists its routes.`,
    );
    return notFound().response();
  });
  app.onError((error, c) => {
    if (error instanceof GitHubError) return error.response();
    log(`The local GitHub failed at ${c.req.method} ${c.req.path}: ${error.message}`);
    return new GitHubError(500, "Server Error").response();
  });
  return app;
}

/** The path without `/api/v3`. It stays percent-encoded, so that each parameter is decoded only once. */
function routeOf(url: string): string {
  const path = new URL(url).pathname.replace(/^\/api\/v3(?=\/|$)/, "");
  return path.length > 1 ? path.replace(/\/+$/, "") : "/";
}
