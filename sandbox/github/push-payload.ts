import type { Backend, Documented } from "./backend.ts";
import { commitOf, type Signature } from "./objects.ts";
import { commitsSince, type PushedCommit, readPushedCommits } from "./pushed-commits.ts";
import { absent, isFastForward } from "./refs.ts";
import { defaultBranch, type Repository } from "./repositories.ts";
import { pushedRepository } from "./repository-shapes.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

/** A reference that a push moved. {@link absent} means that it did not or does not exist. */
export interface RefChange {
  /** The full name: `refs/heads/main`. */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** The circumstances of a push: its time, all branches after it, and the commits that existed before. */
interface PushContext {
  readonly pushedAt: Date;
  /** Full name → commit id. */
  readonly branches: ReadonlyMap<string, string>;
  /** Ids of commits that existed before, including the old tips of this push's branches. */
  readonly known: readonly string[];
}

/**
 * Builds the body of a push event.
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads#push
 */
export async function pushPayload(
  backend: Backend,
  repository: Repository,
  { ref, before, after }: RefChange,
  { pushedAt, branches, known }: PushContext,
): Promise<Documented["webhook-push"]> {
  const { directory, objects } = repository;
  const [created, deleted] = [before === absent, after === absent];
  const tip = deleted ? undefined : await commitOf(objects, after);
  const isBranch = ref.startsWith("refs/heads/");
  const news = isBranch && tip !== undefined ? await commitsSince(directory, tip, known) : [];
  const sameCommits = created || !isBranch || tip === undefined || known.every((sha) => sha === before);
  const inPush = sameCommits ? news : await commitsSince(directory, tip, [before]);
  const distinct = new Set(news);
  const commits = (await readPushedCommits(directory, inPush)).map((commit) =>
    commitShape(backend, repository, commit, distinct.has(commit.sha)),
  );
  const head = commits.find(({ id }) => id === tip);
  const [other] = tip === undefined || head !== undefined ? [] : await readPushedCommits(directory, [tip]);
  return {
    ref,
    before,
    after,
    repository: pushedRepository(backend, repository, pushedAt),
    pusher: { name: viewer.login, email: viewer.email },
    organization: simpleOrganization(backend, repository.owner),
    sender: simpleUser(backend, viewer.login),
    created,
    deleted,
    forced: !created && !deleted && !(await isFastForward(repository, before, after)),
    base_ref: created ? baseOf(ref, tip, branches) : null,
    compare: `${backend.origin()}/${repository.name}/${comparison({ ref, before, after }, inPush)}`,
    commits,
    head_commit: head ?? (other === undefined ? null : commitShape(backend, repository, other, true)),
  };
}

/** The branch from which a new reference starts: one at the same commit, preferably the default branch. */
function baseOf(ref: string, tip: string | undefined, branches: ReadonlyMap<string, string>): string | null {
  const same = [...branches].filter(([name, sha]) => sha === tip && name !== ref).map(([name]) => name);
  const preferred = `refs/heads/${defaultBranch}`;
  return same.includes(preferred) ? preferred : (same[0] ?? null);
}

function comparison({ ref, before, after }: RefChange, commits: readonly string[]): string {
  const short = (sha: string) => sha.slice(0, 12);
  if (before !== absent) return `compare/${short(before)}...${short(after)}`;
  const [first] = commits;
  if (first === undefined) {
    const name = ref.split("/").slice(2);
    return `compare/${name.map(encodeURIComponent).join("/")}`;
  }
  return commits.length === 1 ? `commit/${first}` : `compare/${short(first)}^...${short(after)}`;
}

function commitShape(backend: Backend, repository: Repository, commit: PushedCommit, distinct: boolean) {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${backend.origin()}/${repository.name}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

function person({ name, email }: Signature) {
  return { name, email, ...(email === viewer.email ? { username: viewer.login } : {}) };
}
