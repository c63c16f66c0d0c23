import { Hono } from "hono";
import { organizationOf, repositoryOf } from "./authentication.ts";
import type { Backend, Env, Routes } from "./backend.ts";
import { eventRepository } from "./repository-shapes.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

/** `GET /user`, `/orgs/:org` and `/repos/:owner/:repo`. Clients read few of their fields. */
export function accounts(backend: Backend): Routes {
  const routes = new Hono<Env>();
  routes.get("/user", (c) => c.json(simpleUser(backend, viewer.login)));
  routes.get("/orgs/:org", (c) => c.json(simpleOrganization(backend, organizationOf(c, backend))));
  routes.get("/repos/:owner/:repo", (c) => c.json(eventRepository(backend, repositoryOf(c, backend))));
  return routes;
}
