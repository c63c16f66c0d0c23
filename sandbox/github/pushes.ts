import type { Backend } from "./backend.ts";
import { hooksFor, pushEvent } from "./events.ts";
import { pushPayload, type RefChange } from "./push-payload.ts";
import { absent, moveReference, references } from "./refs.ts";
import type { Repository } from "./repositories.ts";

/** The report of Git's `post-receive` hook: the moved references, and all branches after the push. */
export interface Received {
  readonly changes: readonly RefChange[];
  readonly branches: ReadonlyMap<string, string>;
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
  // Read before the response, so that later commits do not look like existing ones.
  const all = [...(await references(repository.directory))];
  announcePush(backend, repository, {
    changes: [change],
    branches: new Map(all.filter(([name]) => isBranch(name))),
  });
  return true;
}

/** Starts the deliveries of a push: one event for each moved branch and tag. Returns at once. */
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

/** Parses the report of the `post-receive` hook. Ignores a truncated line. */
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
