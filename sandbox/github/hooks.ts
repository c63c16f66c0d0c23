import { type Context, Hono } from "hono";
import { z } from "zod";
import { bodyOf, GitHubError, pageOf, unprocessable } from "./answers.ts";
import { organizationOf, repositoryOf } from "./authentication.ts";
import type { Backend, Env, Routes } from "./backend.ts";
import { pingEvent } from "./events.ts";
import { serveDeliveries } from "./hook-deliveries.ts";
import { hookOf, hookShape, organizationScope, repositoryScope, type Scope } from "./hook-scopes.ts";
import { isoSeconds } from "./objects.ts";
import type { State, StoredHook } from "./state.ts";

const configuration = z.object({
  url: z.string().min(1).optional(),
  // The provider sends an empty type if none is configured.
  content_type: z.preprocess((type) => type || undefined, z.enum(["json", "form"]).default("form")),
  secret: z.string().optional(),
  insecure_ssl: z.union([z.string(), z.number()]).transform(String).default("0"),
});
const events = z.array(z.string().min(1));
const creation = z.object({
  name: z.literal("web").optional(),
  active: z.boolean().default(true),
  events: events.min(1).default(["push"]),
  config: configuration,
});
const change = z.object({
  active: z.boolean().optional(),
  events: events.optional(),
  config: configuration.optional(),
});

/** GitHub's limit of hooks per event. */
const hooksPerEvent = 20;

/** The webhooks API of repositories and organizations, with their deliveries. */
export function hooks(backend: Backend): Routes {
  const routes = new Hono<Env>();
  serve(routes, "/repos/:owner/:repo/hooks", backend, (c) => repositoryScope(repositoryOf(c, backend)));
  serve(routes, "/orgs/:org/hooks", backend, (c) => organizationScope(backend, organizationOf(c, backend)));
  return routes;
}

function serve(routes: Routes, path: string, backend: Backend, scopeOf: (c: Context<Env>) => Scope): void {
  const { deliveries, state } = backend;
  for (const route of [path, `${path}/:id`])
    routes.on(["POST", "PATCH", "DELETE"], route, async (c, next) => {
      if (scopeOf(c).repository?.archived)
        throw new GitHubError(403, "Repository was archived so is read-only.");
      await next();
    });
  routes.get(path, (c) => {
    const scope = scopeOf(c);
    const page = pageOf(c, scope.url, [...state.hooks(scope.key).values()]);
    return c.json(page.map((hook) => hookShape(hook, scope)));
  });
  routes.post(path, async (c) => {
    const scope = scopeOf(c);
    const body = await bodyOf(c, creation);
    const now = isoSeconds(new Date());
    const hook = {
      id: state.takeId(),
      active: body.active,
      events: [...new Set(body.events)],
      ...configured(body.config),
      createdAt: now,
      updatedAt: now,
    };
    put(hook, state, scope);
    if (hook.active) deliveries.send(pingEvent(backend, hook, scope), [{ hook, scope }]);
    c.header("Location", `${scope.url}/${hook.id}`);
    return c.json(hookShape(hook, scope), 201);
  });
  routes.get(`${path}/:id`, (c) => {
    const scope = scopeOf(c);
    return c.json(hookShape(hookOf(c, backend, scope), scope));
  });
  routes.patch(`${path}/:id`, async (c) => {
    const scope = scopeOf(c);
    const body = await bodyOf(c, change);
    const old = hookOf(c, backend, scope);
    const hook = {
      ...old,
      active: body.active ?? old.active,
      events: [...new Set(body.events ?? old.events)],
      // Like GitHub, a new configuration replaces the old one, so one without a secret removes the secret.
      ...(body.config === undefined ? {} : { secret: undefined, ...configured(body.config, old.url) }),
      updatedAt: isoSeconds(new Date()),
    };
    put(hook, state, scope);
    return c.json(hookShape(hook, scope));
  });
  routes.delete(`${path}/:id`, (c) => {
    const scope = scopeOf(c);
    const { id } = hookOf(c, backend, scope);
    state.hooks(scope.key).delete(String(id));
    deliveries.forget(id);
    return c.body(null, 204);
  });
  serveDeliveries(routes, path, backend, scopeOf);
}

function configured(config: z.infer<typeof configuration>, url = config.url) {
  const address = config.url ?? url;
  if (address === undefined || !/^https?:\/\//.test(address) || !URL.canParse(address)) {
    const message = address === undefined ? "url is missing" : "url is not an http or https address";
    throw unprocessable("Validation Failed", [
      { resource: "Hook", code: "custom", field: "config", message },
    ]);
  }
  return {
    url: address,
    contentType: config.content_type,
    insecureSsl: config.insecure_ssl,
    ...(config.secret === undefined || config.secret === "" ? {} : { secret: config.secret }),
  };
}

/** Stores a new or changed hook. @throws GitHubError 422 */
function put(hook: StoredHook, state: State, scope: Scope): void {
  const hooks = state.hooks(scope.key);
  const others = [...hooks.values()].filter(({ id }) => id !== hook.id);
  const refuse = (message: string) =>
    unprocessable("Validation Failed", [{ resource: "Hook", code: "custom", message }]);
  const isSame = ({ url, events }: StoredHook) =>
    url === hook.url &&
    events.length === hook.events.length &&
    events.every((event) => hook.events.includes(event));
  if (others.some(isSame)) throw refuse(`Hook already exists on this ${scope.noun}`);
  for (const event of hook.events) {
    if (others.filter((other) => other.events.includes(event)).length >= hooksPerEvent) {
      throw refuse(`The "${event}" event cannot have more than ${hooksPerEvent} hooks`);
    }
  }
  hooks.set(String(hook.id), hook);
}
