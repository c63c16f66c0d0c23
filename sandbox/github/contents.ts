import { type Context, Hono } from "hono";
import { z } from "zod";
import { bodyOf, GitHubError, notFound, unprocessable } from "./answers.ts";
import { repositoryOf } from "./authentication.ts";
import { apiUrl, type Backend, type Env, type Routes } from "./backend.ts";
import { beforeWrite } from "./branch-writes.ts";
import { gitCommitShape } from "./commit-shapes.ts";
import { GitRefusal } from "./git.ts";
import {
  editTree,
  entryAt,
  isoSeconds,
  readBlob,
  readCommit,
  readTree,
  type TreeEdit,
  type TreeEntry,
  treeOf,
  writeBlob,
  writeCommit,
} from "./objects.ts";
import { moveAndAnnounce } from "./pushes.ts";
import { absent, branchTip, references, resolveCommit } from "./refs.ts";
import { defaultBranch, type Repository } from "./repositories.ts";
import { base64, signatureSchema } from "./request-fields.ts";
import { viewerSignature } from "./users.ts";

const common = {
  message: z.string().min(1),
  branch: z.string().min(1).default(defaultBranch),
  author: signatureSchema.optional(),
  committer: signatureSchema.optional(),
};
const writing = z.object({ ...common, content: base64, sha: z.string().optional() });
const deletion = z.object({ ...common, sha: z.string() });

/** Above this many bytes GitHub leaves the content out of the JSON answer. */
const largestInline = 1_000_000;

/** Files and folders by their path: `GET`, `PUT` and `DELETE /repos/:owner/:repo/contents/:path`. */
export function contents(backend: Backend): Routes {
  const routes = new Hono<Env>();
  const path = "/repos/:owner/:repo/contents/:path{.*}";
  routes.get("/repos/:owner/:repo/contents", async (c) => await read(c, backend, ""));
  routes.get(path, async (c) => await read(c, backend, c.req.param("path")));
  routes.put(path, async (c) => await write(c, backend, pathOf(c.req.param("path"))));
  routes.delete(path, async (c) => await remove(c, backend, pathOf(c.req.param("path"))));
  return routes;
}

async function read(c: Context<Env>, backend: Backend, given: string): Promise<Response> {
  const repository = repositoryOf(c, backend, "read");
  const { directory, objects } = repository;
  const ref = c.req.query("ref") || defaultBranch;
  const known = await references(directory);
  const commit = await resolveCommit(repository, ref, known);
  if (commit === undefined) {
    throw notFound(known.size === 0 ? "This repository is empty." : `No commit found for the ref ${ref}`);
  }
  const tree = (await treeOf(objects, commit)) ?? "";
  const path = given.replace(/^\/+|\/+$/g, "");
  const entry =
    path === "" ? { mode: "040000", type: "tree", sha: tree, path } : await entryAt(objects, tree, path);
  if (entry === undefined) throw notFound();
  if (entry.type === "tree") {
    const prefix = path === "" ? "" : `${path}/`;
    const listed = await readTree(objects, entry.sha);
    return c.json(
      listed.map((each) => shape(backend, repository, { ...each, path: prefix + each.path }, ref)),
    );
  }
  const bytes = await readBlob(objects, entry.sha);
  if (c.req.header("Accept")?.includes(".raw")) return c.body(Uint8Array.from(bytes).buffer);
  const inline = bytes.length <= largestInline;
  return c.json({
    ...shape(backend, repository, { ...entry, size: bytes.length }, ref),
    content: inline ? wrapped(bytes) : "",
    encoding: inline ? "base64" : "none",
  });
}

async function write(c: Context<Env>, backend: Backend, path: string): Promise<Response> {
  const repository = repositoryOf(c, backend, "write");
  const body = await bodyOf(c, writing);
  const { tip, tree, existing } = await place(backend, repository, body.branch, path);
  if (existing !== undefined && body.sha === undefined) {
    throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  }
  if (body.sha !== undefined && body.sha !== existing?.sha) {
    throw new GitHubError(409, `${path} does not match ${body.sha}`);
  }
  const blob = await writeBlob(repository.directory, body.content);
  const edit = { path, object: { mode: existing?.mode ?? "100644", sha: blob } };
  const commit = await advance(backend, repository, body, { tip, tree }, edit);
  const entry = { ...edit.object, type: "blob", size: body.content.length, path };
  return c.json(
    {
      content: shape(backend, repository, entry, body.branch),
      commit: gitCommitShape(backend, repository, commit),
    },
    existing === undefined ? 201 : 200,
  );
}

async function remove(c: Context<Env>, backend: Backend, path: string): Promise<Response> {
  const repository = repositoryOf(c, backend, "write");
  const body = await bodyOf(c, deletion);
  const { tip, tree, existing } = await place(backend, repository, body.branch, path);
  if (existing === undefined) throw notFound();
  if (body.sha !== existing.sha) throw new GitHubError(409, `${path} does not match ${body.sha}`);
  const commit = await advance(backend, repository, body, { tip, tree }, { path, object: null });
  return c.json({ content: null, commit: gitCommitShape(backend, repository, commit) });
}

/** Where a write goes: the branch as it is now, and what is at the path. */
async function place(backend: Backend, repository: Repository, branch: string, path: string) {
  const { directory, objects } = repository;
  const known = await references(directory);
  if (known.size > 0 && !known.has(`refs/heads/${branch}`)) throw notFound(`Branch ${branch} not found`);
  await beforeWrite(backend, repository, branch, 409);
  const tip = await branchTip(directory, branch);
  const tree = tip === undefined ? undefined : await treeOf(objects, tip);
  const existing = tree === undefined ? undefined : await entryAt(objects, tree, path);
  return { tip, tree, existing: existing?.type === "tree" ? undefined : existing };
}

async function advance(
  backend: Backend,
  repository: Repository,
  body: Omit<z.infer<typeof writing>, "content">,
  from: { readonly tip: string | undefined; readonly tree: string | undefined },
  edit: TreeEdit,
) {
  const { directory } = repository;
  const tree = await editTree(directory, from.tree, [edit]).catch((error: unknown) => {
    throw error instanceof GitRefusal ? malformed() : error;
  });
  // GitHub itself is the committer of what is written in its name, until the caller names one.
  const gitHub = { name: "GitHub", email: "noreply@github.com", date: isoSeconds(new Date()) };
  const committer = { ...gitHub, ...body.committer };
  const author = { ...viewerSignature(), ...body.committer, ...body.author };
  const parents = from.tip === undefined ? [] : [from.tip];
  const sha = await writeCommit(directory, { tree, parents, author, committer, message: body.message });
  const ref = `refs/heads/${body.branch}`;
  const moved = await moveAndAnnounce(backend, repository, { ref, before: from.tip ?? absent, after: sha });
  if (!moved) {
    const now = await branchTip(directory, body.branch);
    throw new GitHubError(409, `${body.branch} is at ${now ?? absent} but expected ${from.tip ?? absent}`);
  }
  return await readCommit(repository.objects, sha);
}

/** @throws GitHubError 422 for a path that no file can have */
function pathOf(path: string): string {
  const bad = (name: string) => name === "" || name === "." || name === ".." || name.toLowerCase() === ".git";
  if (path.includes("\0") || path.split("/").some(bad)) throw malformed();
  return path;
}

function malformed(): GitHubError {
  return unprocessable("path contains a malformed path component");
}

function shape(backend: Backend, repository: Repository, entry: TreeEntry, ref: string) {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const url = `${apiUrl(backend, `/repos/${repository.name}/contents/${path}`)}?ref=${encodeURIComponent(ref)}`;
  const kind = entry.type === "tree" ? "tree" : "blob";
  const git = apiUrl(backend, `/repos/${repository.name}/git/${kind}s/${entry.sha}`);
  const html = `${backend.origin()}/${repository.name}/${kind}/${encodeURIComponent(ref)}/${path}`;
  const raw = `${backend.origin()}/raw/${repository.name}/${encodeURIComponent(ref)}/${path}`;
  return {
    name: entry.path.split("/").at(-1) ?? "",
    path: entry.path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url,
    html_url: html,
    git_url: git,
    download_url: kind === "blob" ? raw : null,
    type: { tree: "dir", commit: "submodule" }[entry.type] ?? (entry.mode === "120000" ? "symlink" : "file"),
    _links: { self: url, git, html },
  };
}

/** Base64 in lines of 60, as GitHub sends it. */
function wrapped(bytes: Buffer): string {
  return bytes.toString("base64").replace(/.{1,60}/g, "$&\n");
}
