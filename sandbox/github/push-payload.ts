import type { Backend, Documented } from "./backend.ts";
import type { Signature } from "./objects.ts";
import { commitsSince, type PushedCommit, readPushedCommits } from "./pushed-commits.ts";
import { absent, isFastForward } from "./refs.ts";
import type { Repository } from "./repositories.ts";
import { pushedRepository } from "./repository-shapes.ts";
import { simpleOrganization, simpleUser, viewer } from "./users.ts";

/** A branch that a push moved. {@link absent} means that it did not or does not exist. */
export interface RefChange {
  /** The full name: `refs/heads/main`. */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Builds the body of a push event. The event of a new branch lists all commits of the branch.
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads#push
 */
export async function pushPayload(
  backend: Backend,
  repository: Repository,
  { ref, before, after }: RefChange,
  pushedAt: Date,
): Promise<Documented["webhook-push"]> {
  const { directory } = repository;
  const [created, deleted] = [before === absent, after === absent];
  const shapes = async (ids: readonly string[]) =>
    (await readPushedCommits(repository, ids)).map((commit) => commitShape(repository, commit));
  const commits = deleted ? [] : await shapes(await commitsSince(directory, after, created ? [] : [before]));
  const head = commits.find(({ id }) => id === after) ?? (await shapes(deleted ? [] : [after]))[0];
  const short = (sha: string) => sha.slice(0, 12);
  const comparison = created ? `commit/${after}` : `compare/${short(before)}...${short(after)}`;
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
    base_ref: null,
    compare: `${repository.web}/${comparison}`,
    commits,
    head_commit: head ?? null,
  };
}

function commitShape({ web }: Repository, commit: PushedCommit) {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${web}/commit/${commit.sha}`,
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
