import { Hono } from "hono";
import { z } from "zod";
import { bodyOf, GitHubError, notFound, unprocessable } from "./answers.ts";
import { apiUrl, type Backend, type Env, nodeId, type Routes } from "./backend.ts";
import { beforeWrite } from "./branch-writes.ts";
import { filled } from "./git-data.ts";
import { objectType } from "./objects.ts";
import { moveAndAnnounce } from "./pushes.ts";
import { absent, isFastForward, references } from "./refs.ts";
import { defaultBranch, type Repository } from "./repositories.ts";
import { sha } from "./request-fields.ts";

const creation = z.object({ ref: z.string(), sha });
const change = z.object({ sha, force: z.boolean().default(false) });

/** Branches and tags as references: read, create, move (forward only, unless forced) and delete. */
export function gitReferences(backend: Backend): Routes {
  const routes = new Hono<Env>();
  const base = "/repos/:owner/:repo/git";
  routes.get(`${base}/ref/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend, "read");
    const name = `refs/${c.req.param("ref")}`;
    const id = (await references(repository.directory)).get(name);
    const type = id && (await objectType(repository.objects, id));
    if (id === undefined || type === undefined) throw notFound();
    return c.json(shape(backend, repository, name, id, type));
  });
  routes.post(`${base}/refs`, async (c) => {
    const repository = await filled(c, backend, "write");
    const { ref, sha: to } = await bodyOf(c, creation);
    if (!/^refs\/(heads|tags)\/./.test(ref)) {
      throw unprocessable("Reference name must start with 'refs/' and contain a second slash.");
    }
    const type = await objectType(repository.objects, to);
    if (type === undefined) throw unprocessable("Object does not exist");
    if ((await references(repository.directory)).has(ref)) throw unprocessable("Reference already exists");
    const moved = await moveAndAnnounce(backend, repository, { ref, before: absent, after: to });
    if (!moved) throw unprocessable(`${ref} is not a valid ref name.`);
    return c.json(shape(backend, repository, ref, to, type), 201);
  });
  routes.patch(`${base}/refs/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend, "write");
    const { directory, objects } = repository;
    const name = `refs/${c.req.param("ref")}`;
    const body = await bodyOf(c, change);
    await beforeWrite(backend, repository, branchOf(name), 422);
    const old = (await references(directory)).get(name);
    if (old === undefined) throw unprocessable("Reference does not exist");
    const type = await objectType(objects, body.sha);
    if (type === undefined) throw unprocessable("Object does not exist");
    if (!body.force && !(await isFastForward(repository, old, body.sha))) {
      throw unprocessable("Update is not a fast forward");
    }
    const move = { ref: name, before: old, after: body.sha };
    const moved = await moveAndAnnounce(backend, repository, move);
    if (!moved) throw new GitHubError(409, "Reference cannot be updated");
    return c.json(shape(backend, repository, name, body.sha, type));
  });
  routes.delete(`${base}/refs/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend, "write");
    const name = `refs/${c.req.param("ref")}`;
    await beforeWrite(backend, repository, branchOf(name), 422);
    const old = (await references(repository.directory)).get(name);
    if (old === undefined) throw unprocessable("Reference does not exist");
    if (branchOf(name) === defaultBranch) throw unprocessable("Cannot delete the default branch");
    if (!(await moveAndAnnounce(backend, repository, { ref: name, before: old, after: absent }))) {
      throw new GitHubError(409, "Reference cannot be deleted");
    }
    return c.body(null, 204);
  });
  return routes;
}

/** The branch that a reference is; for any other kind a name that no branch has. */
function branchOf(name: string): string {
  return name.startsWith("refs/heads/") ? name.slice("refs/heads/".length) : "";
}

function shape(backend: Backend, repository: Repository, name: string, id: string, type: string) {
  return {
    ref: name,
    node_id: nodeId("Ref", `${repository.id}:${name}`),
    url: apiUrl(
      backend,
      `/repos/${repository.name}/git/${name.split("/").map(encodeURIComponent).join("/")}`,
    ),
    object: { type, sha: id, url: apiUrl(backend, `/repos/${repository.name}/git/${type}s/${id}`) },
  };
}
