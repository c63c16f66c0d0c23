import { Hono } from "hono";
import { etag } from "hono/etag";
import { GitHubError, notFound } from "./answers.ts";
import { authentication, organizationOf, repositoryOf } from "./authentication.ts";
import type { Backend, Env } from "./backend.ts";
import { gitData } from "./git-data.ts";
import { gitReferences } from "./git-references.ts";
import { hooks } from "./hooks.ts";
import { issues } from "./issues.ts";
import { eventRepository } from "./repository-shapes.ts";
import { smartHttp } from "./smart-http.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

/** The number of answered calls that are kept, so that a long-running sandbox does not grow. */
const KEPT = 10_000;

/**
 * All routes of the local GitHub. The API answers below `/` and, like GitHub Enterprise Server, below `/api/v3`.
 */
export function createApp(backend: Backend): Hono<Env> {
  const { requests, limits, log } = backend;
  const app = new Hono<Env>({ getPath: (request) => routeOf(request.url) });
  app.use(async (c, next) => {
    await next();
    const path = c.req.path + new URL(c.req.url).search;
    requests.push({ method: c.req.method, path, status: c.res.status });
    if (requests.length > KEPT) requests.shift();
  });
  app.route("/", smartHttp(backend));
  app.route("/", backend.installation.routes(backend.owner));

  app.use(limits.headers(), authentication(backend.tokens), backend.faults.middleware(), limits.middleware());
  app.use(etag({ weak: true }));
  // Clients read few fields of these three.
  app.get("/user", (c) => c.json(simpleUser(backend, viewer.login)));
  app.get("/orgs/:org", (c) => c.json(simpleOrganization(backend, organizationOf(c, backend))));
  app.get("/repos/:owner/:repo", (c) => c.json(eventRepository(backend, repositoryOf(c, backend))));
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
