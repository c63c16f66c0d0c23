import type { Backend } from "./backend.ts";
import { hookEvent, hooksFor } from "./events.ts";
import { pushPayload, type RefChange } from "./push-payload.ts";
import { moveReference } from "./refs.ts";
import type { Repository } from "./repositories.ts";

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
