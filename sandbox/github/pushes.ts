import type { Backend } from "./backend.ts";
import { hooksFor, pushEvent } from "./events.ts";
import { pushPayload, type RefChange } from "./push-payload.ts";
import { absent, moveReference, references } from "./refs.ts";
import type { Repository } from "./repositories.ts";

/** What Git's `post-receive` hook reports: what a push moved, and where all branches are after it. */
export interface Received {
  readonly changes: readonly RefChange[];
  readonly branches: ReadonlyMap<string, string>;
}

/**
 * {@link moveReference}, and the push event that follows from it.
 *
 * @returns false where the reference did not move
 */
export async function moveAndAnnounce(
  backend: Backend,
  repository: Repository,
  change: RefChange,
): Promise<boolean> {
  const { ref, before, after } = change;
  if (!(await moveReference(repository.directory, ref, before, after))) return false;
  // Read before the call is answered: what comes next must not look as if it had been there before.
  const all = [...(await references(repository.directory))];
  announcePush(backend, repository, {
    changes: [change],
    branches: new Map(all.filter(([name]) => isBranch(name))),
  });
  return true;
}

/** Starts the deliveries of a push: an event for each branch and tag that moved. Returns at once. */
export function announcePush(
  backend: Backend,
  repository: Repository,
  { changes, branches }: Received,
): void {
  const pushedAt = new Date();
  const moved = changes.filter(({ ref, before, after }) => before !== after && (isBranch(ref) || isTag(ref)));
  const hooks = hooksFor(backend, repository, "push");
  if (moved.length === 0 || hooks.length === 0) return;
  const names = new Set(moved.map(({ ref }) => ref));
  const known = [
    ...[...branches].filter(([name]) => !names.has(name)).map(([, sha]) => sha),
    ...moved.filter(({ ref, before }) => isBranch(ref) && before !== absent).map(({ before }) => before),
  ];
  backend.deliveries.follow(`${repository.name}: push`, async () => {
    for (const change of moved) {
      const payload = await pushPayload(backend, repository, change, { pushedAt, branches, known });
      backend.deliveries.send(pushEvent(repository, payload), hooks);
      if (isBranch(change.ref) && change.after !== absent) known.push(change.after);
    }
  });
}

/** Reads what the `post-receive` hook wrote; a line that was cut off does not count. */
export function parseReceived(report: string): Received {
  const lines = report
    .split("\n")
    .slice(0, -1)
    .map((line) => /^(\S+) (\S+) (.+)$/.exec(line) ?? []);
  const branches = lines.filter(([, first]) => first === "branch");
  return {
    changes: lines
      .filter(([, first]) => first !== undefined && first !== "branch")
      .map(([, before = "", after = "", ref = ""]) => ({ ref, before, after })),
    branches: new Map(branches.map(([, , sha = "", name = ""]) => [name, sha])),
  };
}

function isBranch(ref: string): boolean {
  return ref.startsWith("refs/heads/");
}

function isTag(ref: string): boolean {
  return ref.startsWith("refs/tags/");
}
