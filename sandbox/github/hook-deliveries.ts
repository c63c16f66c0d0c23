import type { Context } from "hono";
import { JSONStringify } from "json-with-bigint";
import { notFound, perPage, unprocessable } from "./answers.ts";
import type { Backend, Documented, Env, Routes } from "./backend.ts";
import type { Delivery } from "./deliveries.ts";
import { hookOf, type Scope } from "./hook-scopes.ts";

/**
 * The routes for deliveries of the hooks below `path`: list, read, redeliver.
 * @param path - of the list of hooks: `/orgs/:org/hooks`
 */
export function serveDeliveries(
  routes: Routes,
  path: string,
  backend: Backend,
  scopeOf: (c: Context<Env>) => Scope,
): void {
  const { deliveries } = backend;
  const found = (c: Context<Env>) => {
    const scope = scopeOf(c);
    const hook = hookOf(c, backend, scope);
    return { scope, hook, known: deliveries.of(hook.id) };
  };
  routes.get(`${path}/:id/deliveries`, (c) => {
    const { scope, hook, known } = found(c);
    return answer(c, cursorPage(c, `${scope.url}/${hook.id}/deliveries`, known).map(itemShape));
  });
  routes.get(`${path}/:id/deliveries/:delivery`, (c) => answer(c, deliveryShape(find(c, found(c).known))));
  routes.post(`${path}/:id/deliveries/:delivery/attempts`, (c) => {
    const { known, ...target } = found(c);
    deliveries.redeliver(find(c, known), target);
    return c.json({}, 202);
  });
}

/** Like `c.json`, but supports integers beyond 2^53. */
function answer(c: Context<Env>, body: object): Response {
  return c.body(JSONStringify(body), 200, { "Content-Type": "application/json" });
}

function find(c: Context<Env>, known: readonly Delivery[]): Delivery {
  const delivery = known.find(({ id }) => String(id) === c.req.param("delivery"));
  if (delivery === undefined) throw notFound();
  return delivery;
}

/** The page that starts at the cursor's delivery, so that newer deliveries do not shift it. */
function cursorPage(c: Context<Env>, url: string, items: readonly Delivery[]): readonly Delivery[] {
  const cursor = c.req.query("cursor");
  const size = perPage.parse(c.req.query("per_page"));
  const start = cursor === undefined ? 0 : items.findIndex(({ id }) => cursor === `v1_${id}`);
  if (start < 0) throw unprocessable('Invalid request.\n\n"cursor" is not one of this list');
  const next = items[start + size];
  if (next !== undefined) {
    const query = new URLSearchParams({ ...c.req.query(), cursor: `v1_${next.id}` });
    c.header("Link", `<${url}?${query}>; rel="next"`);
  }
  return items.slice(start, start + size);
}

/** GitHub documents the id as a number, but it exceeds the safe integers. */
type Numbered<Shape> = Omit<Shape, "id"> & { readonly id: bigint };

function itemShape({ id, event, deliveredAt, redelivery, duration, status, statusCode }: Delivery) {
  return {
    id,
    guid: event.guid,
    delivered_at: deliveredAt,
    redelivery,
    duration,
    status,
    status_code: statusCode,
    event: event.name,
    action: null,
    installation_id: null,
    repository_id: event.repositoryId,
    throttled_at: null,
  } satisfies Numbered<Documented["hook-delivery-item"]>;
}

function deliveryShape(delivery: Delivery): Numbered<Documented["hook-delivery"]> {
  const { event, request, response, url } = delivery;
  return {
    ...itemShape(delivery),
    url,
    request: { headers: request.headers, payload: JSON.parse(event.body) as Record<string, unknown> },
    response: { headers: response?.headers ?? null, payload: response?.body ?? null },
  };
}
