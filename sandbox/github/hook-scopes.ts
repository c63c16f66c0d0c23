import type { Context } from "hono";
import { notFound } from "./answers.ts";
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
export function repositoryScope(repository: Repository): Scope {
  const { id, name, api } = repository;
  return { key: name, noun: "repository", id, url: `${api}/hooks`, repository };
}

/** The hooks of an organization. */
export function organizationScope(backend: Backend, owner: string): Scope {
  return {
    key: owner,
    noun: "organization",
    id: organizationId,
    url: apiUrl(backend, `/orgs/${owner}/hooks`),
    repository: undefined,
  };
}

/** The hook in the route. @throws GitHubError 404 */
export function hookOf(c: Context<Env>, backend: Backend, scope: Scope): StoredHook {
  const hook = backend.state.hooks(scope.key).get(c.req.param("id") ?? "");
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
