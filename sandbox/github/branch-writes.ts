import { unprocessable } from "./answers.ts";
import type { Backend } from "./backend.ts";
import type { ConcurrentPush } from "./faults.ts";
import { editTree, isoSeconds, treeOf, writeBlob, writeCommit } from "./objects.ts";
import { moveAndAnnounce } from "./pushes.ts";
import { absent, references } from "./refs.ts";
import type { Repository } from "./repositories.ts";

/**
 * Applies the faults before a call moves a branch: refuses a write to a protected branch, or pushes another commit
 * first.
 */
export async function beforeWrite(backend: Backend, repository: Repository, branch: string): Promise<void> {
  if (backend.faults.isProtected(repository.name, branch)) {
    throw unprocessable(
      "Repository rule violations found\n\nChanges must be made through a pull request.\n\n",
    );
  }
  const push = backend.faults.takeConcurrentPush(repository.name, branch);
  if (push !== undefined) await pushConcurrently(backend, repository, branch, push);
}

async function pushConcurrently(
  backend: Backend,
  repository: Repository,
  branch: string,
  { path = "pushed-by-someone-else.txt", content = "pushed in between\n" }: ConcurrentPush,
): Promise<void> {
  const { directory, objects } = repository;
  const tip = (await references(directory)).get(`refs/heads/${branch}`);
  const sha = await writeBlob(directory, Buffer.from(content, "utf8"));
  const base = tip === undefined ? undefined : await treeOf(objects, tip);
  const tree = await editTree(directory, base, [{ path, mode: "100644", sha }]);
  const who = { name: "Somebody Else", email: "somebody@else.example", date: isoSeconds(new Date()) };
  const parents = tip === undefined ? [] : [tip];
  const message = `Change ${path}`;
  const commit = await writeCommit(directory, { tree, parents, author: who, committer: who, message });
  const change = { ref: `refs/heads/${branch}`, before: tip ?? absent, after: commit };
  await moveAndAnnounce(backend, repository, change);
}
