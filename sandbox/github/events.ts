import { randomUUID } from "node:crypto";
import type { Backend, Documented } from "./backend.ts";
import type { HookEvent, Target } from "./deliveries.ts";
import { hookShape, organizationScope, repositoryScope, type Scope } from "./hook-scopes.ts";
import { pushPayload, type RefChange } from "./push-payload.ts";
import { moveReference } from "./refs.ts";
import type { Repository } from "./repositories.ts";
import { eventRepository } from "./repository-shapes.ts";
import type { StoredHook } from "./state.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

/** The active hooks that subscribe to an event of a repository: the repository's, then the organization's. */
function hooksFor(backend: Backend, repository: Repository, event: string): readonly Target[] {
  const isOwn = repository.owner.toLowerCase() === backend.owner.toLowerCase();
  const scopes = [repositoryScope(repository), ...(isOwn ? [organizationScope(backend, backend.owner)] : [])];
  return scopes.flatMap((scope) =>
    [...backend.state.hooks(scope.key).values()]
      .filter(({ active, events }) => active && (events.includes(event) || events.includes("*")))
      .map((hook) => ({ hook, scope })),
  );
}

/** An event for all subscribed hooks. */
function hookEvent(name: HookEvent["name"], payload: object, repository: Repository | undefined): HookEvent {
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

/**
 * Moves a reference and sends the push event.
 * @returns false if the reference did not move
 */
export async function moveAndAnnounce(
  backend: Backend,
  repository: Repository,
  change: RefChange,
): Promise<boolean> {
  const { ref, before, after } = change;
  if (!(await moveReference(repository.directory, ref, before, after))) return false;
  announcePush(backend, repository, [change]);
  return true;
}

/** Starts the deliveries of a push: one event for each moved branch. Returns at once. */
export function announcePush(backend: Backend, repository: Repository, changes: readonly RefChange[]): void {
  const pushedAt = new Date();
  const moved = changes.filter(({ ref, before, after }) => before !== after && ref.startsWith("refs/heads/"));
  const hooks = hooksFor(backend, repository, "push");
  if (moved.length === 0 || hooks.length === 0) return;
  backend.deliveries.follow(`${repository.name}: push`, async () => {
    for (const change of moved) {
      const payload = await pushPayload(backend, repository, change, pushedAt);
      backend.deliveries.send(hookEvent("push", payload, repository), hooks);
    }
  });
}

/** Parses the lines of the `post-receive` hook. Ignores a truncated line. */
export function parseReceived(report: string): readonly RefChange[] {
  const lines = [...report.matchAll(/^(\S+) (\S+) (.+)\n/gm)];
  return lines.map(([, before = "", after = "", ref = ""]) => ({ ref, before, after }));
}
