import { Hono } from "hono";
import { organizationOf, repositoryOf } from "./authentication.ts";
import type { Backend, Documented, Env, Routes } from "./backend.ts";
import { isoSeconds } from "./objects.ts";
import { fullRepository } from "./repository-shapes.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

const started = isoSeconds(new Date());

/** `GET /user`, `/orgs/:org` and `/repos/:owner/:repo`. */
export function accounts(backend: Backend): Routes {
  const routes = new Hono<Env>();
  routes.get("/user", (c) => c.json(viewerShape(backend)));
  routes.get("/orgs/:org", (c) => c.json(organization(backend, organizationOf(c, backend))));
  routes.get("/repos/:owner/:repo", async (c) =>
    c.json(await fullRepository(backend, repositoryOf(c, backend))),
  );
  return routes;
}

function viewerShape(backend: Backend): Documented["public-user"] {
  return {
    ...simpleUser(backend, viewer.login),
    name: viewer.login,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: started,
    updated_at: started,
  };
}

function organization(backend: Backend, login: string): Documented["organization-full"] {
  return {
    ...simpleOrganization(backend, login),
    html_url: `${backend.origin()}/${login}`,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: "Organization",
    created_at: started,
    updated_at: started,
    archived_at: null,
  };
}
