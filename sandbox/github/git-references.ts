import { Hono } from "hono";
import { z } from "zod";
import { bodyOf, GitHubError, notFound, sha, unprocessable } from "./answers.ts";
import { type Backend, type Documented, type Env, nodeId, type Routes } from "./backend.ts";
import { moveAndAnnounce } from "./events.ts";
import type { ConcurrentPush } from "./faults.ts";
import { filled } from "./git-data.ts";
import { editTree, isoSeconds, objectType, treeOf, writeBlob, writeCommit } from "./objects.ts";
import { absent, isFastForward, references } from "./refs.ts";
import type { Repository } from "./repositories.ts";

const change = z.object({ sha, force: z.literal(false).optional() });

/** The references API: reads branches and tags, and moves branches forward. */
export function gitReferences(backend: Backend): Routes {
  const routes = new Hono<Env>();
  const base = "/repos/:owner/:repo/git";
  routes.get(`${base}/ref/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend);
    const name = `refs/${c.req.param("ref")}`;
    const id = (await references(repository.directory)).get(name);
    const type = id && (await objectType(repository.objects, id));
    if (id === undefined || type === undefined) throw notFound();
    return c.json(shape(repository, name, id, type));
  });
  routes.patch(`${base}/refs/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend);
    const { directory, objects } = repository;
    const name = `refs/${c.req.param("ref")}`;
    const body = await bodyOf(c, change);
    await beforeWrite(backend, repository, name.replace(/^refs\/heads\//, ""));
    const old = (await references(directory)).get(name);
    if (old === undefined) throw unprocessable("Reference does not exist");
    const type = await objectType(objects, body.sha);
    if (type === undefined) throw unprocessable("Object does not exist");
    if (!(await isFastForward(repository, old, body.sha))) {
      throw unprocessable("Update is not a fast forward");
    }
    const moved = await moveAndAnnounce(backend, repository, { ref: name, before: old, after: body.sha });
    if (!moved) throw new GitHubError(409, "Reference cannot be updated");
    return c.json(shape(repository, name, body.sha, type));
  });
  return routes;
}

function shape({ id, api }: Repository, ref: string, sha: string, type: string): Documented["git-ref"] {
  return {
    ref,
    node_id: nodeId("Ref", `${id}:${ref}`),
    url: `${api}/git/${ref.split("/").map(encodeURIComponent).join("/")}`,
    object: { type, sha, url: `${api}/git/${type}s/${sha}` },
  };
}

/**
 * Applies the faults before a call moves a branch: refuses a write to a protected branch, or pushes another commit
 * first.
 */
async function beforeWrite(backend: Backend, repository: Repository, branch: string): Promise<void> {
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
