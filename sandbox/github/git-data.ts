import { type Context, Hono } from "hono";
import { z } from "zod";
import { bodyOf, GitHubError, notFound, unprocessable } from "./answers.ts";
import { repositoryOf } from "./authentication.ts";
import { apiUrl, type Backend, type Env, nodeId, type Routes } from "./backend.ts";
import { gitCommitShape } from "./commit-shapes.ts";
import { GitRefusal } from "./git.ts";
import {
  editTree,
  entryAt,
  objectType,
  readBlob,
  readCommit,
  readTree,
  type TreeEdit,
  treeOf,
  writeBlob,
  writeCommit,
} from "./objects.ts";
import { references, resolveCommit } from "./refs.ts";
import type { Repository } from "./repositories.ts";
import { base64, sha, signatureSchema } from "./request-fields.ts";
import { viewerSignature } from "./users.ts";

const blobBody = z.union([
  z.object({ encoding: z.literal("base64"), content: base64 }),
  z
    .object({ encoding: z.literal("utf-8").optional(), content: z.string() })
    .transform(({ content }) => ({ content: Buffer.from(content, "utf8") })),
]);
const entryBody = z
  .object({
    path: z.string().min(1),
    mode: z.enum(["100644", "100755", "040000", "160000", "120000"]),
    sha: sha.nullish(),
    content: z.string().optional(),
  })
  .refine(
    (entry) => entry.sha === undefined || entry.content === undefined,
    "must have sha or content, not both",
  )
  .refine((entry) => entry.sha !== undefined || entry.content !== undefined, "must have sha or content");
const treeBody = z.object({ base_tree: sha.optional(), tree: z.array(entryBody).min(1) });
const commitBody = z.object({
  message: z.string().min(1),
  tree: sha,
  parents: z.array(sha).default([]),
  author: signatureSchema.optional(),
  committer: signatureSchema.optional(),
});

/** Blobs, trees and commits by themselves: what one commit of many files is made of. */
export function gitData(backend: Backend): Routes {
  const routes = new Hono<Env>();
  const base = "/repos/:owner/:repo/git";
  routes.post(`${base}/blobs`, async (c) => {
    const repository = await filled(c, backend, "write");
    const { content } = await bodyOf(c, blobBody);
    const id = await writeBlob(repository.directory, content);
    return c.json({ sha: id, url: apiUrl(backend, `/repos/${repository.name}/git/blobs/${id}`) }, 201);
  });
  routes.get(`${base}/blobs/:sha`, async (c) => {
    const repository = await filled(c, backend, "read");
    const id = c.req.param("sha");
    if ((await objectType(repository.objects, id)) !== "blob") throw notFound();
    const bytes = await readBlob(repository.objects, id);
    return c.json({
      sha: id,
      node_id: nodeId("Blob", id),
      size: bytes.length,
      url: apiUrl(backend, `/repos/${repository.name}/git/blobs/${id}`),
      content: bytes.toString("base64").replace(/.{1,60}/g, "$&\n"),
      encoding: "base64",
    });
  });
  routes.get(`${base}/trees/:ref{.+}`, async (c) => {
    const repository = await filled(c, backend, "read");
    const ref = c.req.param("ref");
    const id = await treeOf(repository.objects, (await resolveCommit(repository, ref)) ?? ref);
    if (id === undefined) throw notFound();
    // GitHub takes any value of the parameter, "0" and "false" too, for yes.
    return c.json(await treeShape(backend, repository, id, c.req.query("recursive") !== undefined));
  });
  routes.post(`${base}/trees`, async (c) => {
    const repository = await filled(c, backend, "write");
    const body = await bodyOf(c, treeBody);
    const from = body.base_tree === undefined ? undefined : await treeOf(repository.objects, body.base_tree);
    if (body.base_tree !== undefined && from === undefined) throw notFound("base_tree is not a valid tree");
    const edits: TreeEdit[] = [];
    for (const entry of body.tree) edits.push(...(await editsOf(repository, from, entry)));
    const id = await editTree(repository.directory, from, edits).catch((error: unknown) => {
      throw error instanceof GitRefusal
        ? unprocessable("tree.path contains a malformed path component")
        : error;
    });
    return c.json(await treeShape(backend, repository, id, false), 201);
  });
  routes.post(`${base}/commits`, async (c) => {
    const repository = await filled(c, backend, "write");
    const { directory, objects } = repository;
    const body = await bodyOf(c, commitBody);
    if ((await objectType(objects, body.tree)) !== "tree") throw unprocessable("Tree SHA does not exist");
    for (const parent of body.parents) {
      if ((await objectType(objects, parent)) !== "commit") {
        throw unprocessable("Parent SHA does not exist or is not a commit object");
      }
    }
    const author = { ...viewerSignature(), ...body.author };
    const committer = { ...author, ...body.committer };
    const { tree, parents, message } = body;
    const id = await writeCommit(directory, { tree, parents, author, committer, message });
    return c.json(gitCommitShape(backend, repository, await readCommit(objects, id)), 201);
  });
  routes.get(`${base}/commits/:sha`, async (c) => {
    const repository = await filled(c, backend, "read");
    const id = c.req.param("sha");
    if ((await objectType(repository.objects, id)) !== "commit") throw notFound();
    return c.json(gitCommitShape(backend, repository, await readCommit(repository.objects, id)));
  });
  return routes;
}

/** The repository of a call, which must have a first commit: as on GitHub the Git data API works on no empty one. */
export async function filled(
  c: Context<Env>,
  backend: Backend,
  access: "read" | "write",
): Promise<Repository> {
  const repository = repositoryOf(c, backend, access);
  if ((await references(repository.directory)).size === 0)
    throw new GitHubError(409, "Git Repository is empty.");
  return repository;
}

async function editsOf(
  { directory, objects }: Repository,
  from: string | undefined,
  { path, mode, sha: id, content }: z.infer<typeof entryBody>,
): Promise<TreeEdit[]> {
  if (path.includes("\0")) throw unprocessable("tree.path contains a malformed path component");
  if (content !== undefined) {
    const blob = await writeBlob(directory, Buffer.from(content, "utf8"));
    return [{ path, object: { mode, sha: blob } }];
  }
  if (id === undefined || id === null) {
    const existing = from === undefined ? undefined : await entryAt(objects, from, path);
    if (existing === undefined) throw unprocessable("GitRPC::BadObjectState");
    if (existing.type !== "tree") return [{ path, object: null }];
    const inside = await readTree(objects, existing.sha, true);
    return inside
      .filter((entry) => entry.type !== "tree")
      .map((entry) => ({ path: `${path}/${entry.path}`, object: null }));
  }
  const type = await objectType(objects, id);
  if (mode !== "160000" && type === undefined) throw unprocessable(`tree.sha ${id} is not a valid object`);
  if (type !== "tree") return [{ path, object: { mode, sha: id } }];
  const inside = await readTree(objects, id, true);
  return inside
    .filter((entry) => entry.type !== "tree")
    .map((entry) => ({ path: `${path}/${entry.path}`, object: { mode: entry.mode, sha: entry.sha } }));
}

async function treeShape(backend: Backend, repository: Repository, id: string, recursive: boolean) {
  const url = (kind: string, object: string) =>
    apiUrl(backend, `/repos/${repository.name}/git/${kind}s/${object}`);
  const entries = await readTree(repository.objects, id, recursive);
  return {
    sha: id,
    url: url("tree", id),
    tree: entries.map((entry) => ({ ...entry, url: url(entry.type, entry.sha) })),
    truncated: false,
  };
}
