import type { Backend, Documented } from "./backend.ts";
import { git } from "./git.ts";
import { type CommitObject, readCommit, type Signature } from "./objects.ts";
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

/** A commit in a push event, with its files compared with its first parent. */
interface PushedCommit extends CommitObject {
  readonly added: string[];
  readonly removed: string[];
  readonly modified: string[];
}

/**
 * The ids of the commits that `to` contains and `known` does not, oldest first.
 * @param known - ids of existing commits
 */
async function commitsSince(directory: string, to: string, known: readonly string[]): Promise<string[]> {
  const input = [to, ...known.map((sha) => `^${sha}`)].join("\n");
  const args = ["rev-list", "--reverse", "--topo-order", "--stdin"];
  return (await git(directory, args, { input })).toString("utf8").split("\n").filter(Boolean);
}

/** Reads commits and their changed files, in the order of the ids. */
async function readPushedCommits(
  { directory, objects }: Repository,
  ids: readonly string[],
): Promise<PushedCommit[]> {
  // With empty standard input Git would read the branch instead.
  if (ids.length === 0) return [];
  const args = ["log", "--stdin", "--no-walk=unsorted", "--diff-merges=first-parent", "--no-renames"];
  const output = await git(directory, [...args, "--name-status", "-z", "--format=%H%x00"], {
    input: ids.join("\n"),
  });
  // A commit consists of its id, an empty field, and then a status and a path for each file.
  const fields = output.toString("utf8").split("\0").slice(0, -1);
  const commits: PushedCommit[] = [];
  for (let next = 0; next < fields.length; ) {
    const commit = await readCommit(objects, fields[next] ?? "");
    const files: { readonly status: string; readonly path: string }[] = [];
    for (next += 2; /^\n?[A-Z]$/.test(fields[next] ?? ""); next += 2)
      files.push({ status: fields[next]?.trim() ?? "", path: fields[next + 1] ?? "" });
    const of = (statuses: string) =>
      files.filter(({ status }) => statuses.includes(status)).map(({ path }) => path);
    commits.push({ ...commit, added: of("A"), removed: of("D"), modified: of("MT") });
  }
  return commits;
}
