import type { Context } from "hono";
import { notFound } from "./answers.ts";
import { organizationOf, repositoryOf } from "./authentication.ts";
import { apiUrl, type Backend, type Documented, type Env } from "./backend.ts";
import type { Repository } from "./repositories.ts";
import type { StoredHook } from "./state.ts";
import { organizationId } from "./users.ts";

/** The owner of hooks: its key in the state, its description in deliveries, and the address of its list. */
export interface Scope {
  readonly key: string;
  readonly noun: "repository" | "organization";
  readonly id: number;
  readonly url: string;
  /** Undefined for the organization. */
  readonly repository: Repository | undefined;
}

/** The hooks of a repository. */
export function repositoryScope(backend: Backend, repository: Repository): Scope {
  const { id, name } = repository;
  return { key: name, noun: "repository", id, url: apiUrl(backend, `/repos/${name}/hooks`), repository };
}

/** The hooks of the organization. */
export function organizationScope(backend: Backend): Scope {
  return {
    key: backend.owner,
    noun: "organization",
    id: organizationId,
    url: apiUrl(backend, `/orgs/${backend.owner}/hooks`),
    repository: undefined,
  };
}

/** The hooks of the repository in the route. @throws GitHubError 404 */
export function repositoryScopeOf(c: Context<Env>, backend: Backend): Scope {
  return repositoryScope(backend, repositoryOf(c, backend));
}

/** The hooks of the organization in the route. @throws GitHubError 404 */
export function organizationScopeOf(c: Context<Env>, backend: Backend): Scope {
  organizationOf(c, backend);
  return organizationScope(backend);
}

/** The hook in the route. @throws GitHubError 404 */
export function hookOf(c: Context<Env>, backend: Backend, scope: Scope): StoredHook {
  const hook = backend.state.hooks(scope.key).find(({ id }) => String(id) === c.req.param("id"));
  if (hook === undefined) throw notFound();
  return hook;
}

/** A hook in responses, with its secret masked. */
export function hookShape(hook: StoredHook, scope: Scope) {
  const url = `${scope.url}/${hook.id}`;
  const common = {
    id: hook.id,
    name: "web" as const,
    active: hook.active,
    events: [...hook.events],
    config: {
      content_type: hook.contentType,
      insecure_ssl: hook.insecureSsl,
      url: hook.url,
      ...(hook.secret === undefined ? {} : { secret: "********" }),
    },
    created_at: hook.createdAt,
    updated_at: hook.updatedAt,
    url,
    ping_url: `${url}/pings`,
    deliveries_url: `${url}/deliveries`,
  };
  if (scope.repository === undefined)
    return { type: "Organization", ...common } satisfies Documented["org-hook"];
  const last_response = { code: null, status: "unused", message: null };
  return {
    type: "Repository",
    ...common,
    test_url: `${url}/test`,
    last_response,
  } satisfies Documented["hook"];
}
