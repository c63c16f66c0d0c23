import { randomUUID } from "node:crypto";
import type { Backend, Documented } from "./backend.ts";
import type { HookEvent, Target } from "./deliveries.ts";
import { hookShape, organizationScope, repositoryScope, type Scope } from "./hook-scopes.ts";
import type { Repository } from "./repositories.ts";
import { eventRepository } from "./repository-shapes.ts";
import type { StoredHook } from "./state.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

/** The active hooks that subscribe to an event of a repository: the repository's, then the organization's. */
export function hooksFor(backend: Backend, repository: Repository, event: string): readonly Target[] {
  const isOwn = repository.owner.toLowerCase() === backend.owner.toLowerCase();
  const scopes = [repositoryScope(repository), ...(isOwn ? [organizationScope(backend, backend.owner)] : [])];
  return scopes.flatMap((scope) =>
    [...backend.state.hooks(scope.key).values()]
      .filter(({ active, events }) => active && (events.includes(event) || events.includes("*")))
      .map((hook) => ({ hook, scope })),
  );
}

/** An event for all subscribed hooks. */
export function hookEvent(
  name: HookEvent["name"],
  payload: object,
  repository: Repository | undefined,
): HookEvent {
  return { name, guid: randomUUID(), body: JSON.stringify(payload), repositoryId: repository?.id ?? null };
}

/** The ping event, which GitHub sends when a hook is created or when somebody requests it. */
export function pingEvent(backend: Backend, hook: StoredHook, scope: Scope): HookEvent {
  const { repository } = scope;
  const payload: Documented["webhook-ping"] = {
    zen: "Practicality beats purity.",
    hook_id: hook.id,
    hook: hookShape(hook, scope),
    ...(repository === undefined
      ? { organization: simpleOrganization(backend, backend.owner) }
      : { repository: eventRepository(backend, repository) }),
    sender: simpleUser(backend, viewer.login),
  };
  return hookEvent("ping", payload, repository);
}
