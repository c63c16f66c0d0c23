import { type Context, Hono } from "hono";
import { z } from "zod";
import { bodyOf, GitHubError, notFound, sha, unprocessable } from "./answers.ts";
import { repositoryOf } from "./authentication.ts";
import { type Backend, type Documented, type Env, nodeId, type Routes } from "./backend.ts";
import { GitRefusal } from "./git.ts";
import {
  type CommitObject,
  editTree,
  objectType,
  readCommit,
  readTree,
  type TreeEdit,
  treeOf,
  writeBlob,
  writeCommit,
} from "./objects.ts";
import { references, resolveCommit } from "./refs.ts";
import type { Repository } from "./repositories.ts";
import { viewerSignature } from "./users.ts";

const place = { path: z.string().min(1), mode: z.enum(["100644", "100755"]) };
const entryBody = z.union([
  z.object({ ...place, content: z.string() }),
  z.object({ ...place, sha: sha.nullable() }),
]);
const treeBody = z.object({ base_tree: sha.optional(), tree: z.array(entryBody).min(1) });
const commitBody = z.object({ message: z.string().min(1), tree: sha, parents: z.array(sha).default([]) });

/** The Git data API: trees and commits, for one commit of many files. */
export function gitData(backend: Backend): Routes {
  const routes = new Hono<Env>();
  const base = "/repos/:owner/:repo/git";
  routes.get(`${base}/trees/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend);
    const ref = c.req.param("ref");
    const id = await treeOf(repository.objects, (await resolveCommit(repository, ref)) ?? ref);
    if (id === undefined) throw notFound();
    // GitHub treats any value as true, even "0" and "false".
    return c.json(await treeShape(repository, id, c.req.query("recursive") !== undefined));
  });
  routes.post(`${base}/trees`, async (c) => {
    const repository = await filled(c, backend);
    const body = await bodyOf(c, treeBody);
    const from = body.base_tree === undefined ? undefined : await treeOf(repository.objects, body.base_tree);
    if (body.base_tree !== undefined && from === undefined) throw notFound("base_tree is not a valid tree");
    const edits: TreeEdit[] = [];
    const there = await pathsOf(repository, body.tree.some(isRemoval) ? from : undefined);
    for (const entry of body.tree) {
      const { path, mode } = entry;
      if (path.includes("\0")) throw malformed();
      if (isRemoval(entry) && !there.has(path)) throw unprocessable("GitRPC::BadObjectState");
      edits.push({ path, mode, sha: await blobOf(repository, entry) });
    }
    const id = await editTree(repository.directory, from, edits).catch((error: unknown) => {
      throw error instanceof GitRefusal ? malformed() : error;
    });
    return c.json(await treeShape(repository, id, false), 201);
  });
  routes.get(`${base}/blobs/:sha`, async (c) => {
    const repository = await filled(c, backend);
    const id = c.req.param("sha");
    const blob = await repository.objects.read(id);
    if (blob?.type !== "blob" || blob.sha !== id) throw notFound();
    return c.json({
      sha: id,
      node_id: `blob-${id}`,
      url: `${repository.api}/git/blobs/${id}`,
      size: blob.content.length,
      encoding: "base64",
      content: blob.content.toString("base64"),
    } satisfies Documented["blob"]);
  });
  routes.post(`${base}/commits`, async (c) => {
    const repository = await filled(c, backend);
    const { directory, objects } = repository;
    const body = await bodyOf(c, commitBody);
    if ((await objectType(objects, body.tree)) !== "tree") throw unprocessable("Tree SHA does not exist");
    for (const parent of body.parents) {
      if ((await objectType(objects, parent)) !== "commit") {
        throw unprocessable("Parent SHA does not exist or is not a commit object");
      }
    }
    const who = viewerSignature();
    const id = await writeCommit(directory, { ...body, author: who, committer: who });
    return c.json(commitShape(repository, await readCommit(objects, id)), 201);
  });
  routes.get(`${base}/commits/:sha`, async (c) => {
    const repository = await filled(c, backend);
    const id = c.req.param("sha");
    if ((await objectType(repository.objects, id)) !== "commit") throw notFound();
    return c.json(commitShape(repository, await readCommit(repository.objects, id)));
  });
  return routes;
}

type EntryBody = z.output<typeof entryBody>;

const isRemoval = (entry: EntryBody) => "sha" in entry && entry.sha === null;

async function pathsOf({ objects }: Repository, tree: string | undefined): Promise<ReadonlySet<string>> {
  const entries = tree === undefined ? [] : await readTree(objects, tree, true);
  return new Set(entries.map(({ path }) => path));
}

/** Undefined if the entry is deleted. */
async function blobOf({ directory, objects }: Repository, entry: EntryBody): Promise<string | undefined> {
  if ("content" in entry) return await writeBlob(directory, Buffer.from(entry.content, "utf8"));
  if (entry.sha === null) return undefined;
  if ((await objectType(objects, entry.sha)) !== "blob") throw unprocessable("tree.sha is not a valid blob");
  return entry.sha;
}

/** The repository of a call. Like GitHub, the Git data API refuses an empty repository. */
export async function filled(c: Context<Env>, backend: Backend): Promise<Repository> {
  const repository = repositoryOf(c, backend);
  if ((await references(repository.directory)).size === 0)
    throw new GitHubError(409, "Git Repository is empty.");
  return repository;
}

function malformed(): GitHubError {
  return unprocessable("tree.path contains a malformed path component");
}

async function treeShape(
  { api, objects }: Repository,
  id: string,
  recursive: boolean,
): Promise<Documented["git-tree"]> {
  const url = (kind: string, object: string) => `${api}/git/${kind}s/${object}`;
  const entries = await readTree(objects, id, recursive);
  return {
    sha: id,
    url: url("tree", id),
    tree: entries.map((entry) => ({ ...entry, url: url(entry.type, entry.sha) })),
    truncated: false,
  };
}

function commitShape({ api, web }: Repository, commit: CommitObject): Documented["git-commit"] {
  const { sha, author, committer, message, tree, parents } = commit;
  const place = (id: string) => ({
    sha: id,
    url: `${api}/git/commits/${id}`,
    html_url: `${web}/commit/${id}`,
  });
  return {
    ...place(sha),
    node_id: nodeId("Commit", sha),
    author,
    committer,
    tree: { sha: tree, url: `${api}/git/trees/${tree}` },
    message,
    parents: parents.map(place),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
  };
}
