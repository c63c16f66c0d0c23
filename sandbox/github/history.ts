import { Hono } from "hono";
import { GitHubError, notFound, pageOf, unprocessable } from "./answers.ts";
import { repositoryOf } from "./authentication.ts";
import { apiUrl, type Backend, type Env, type Routes } from "./backend.ts";
import { commitShape } from "./commit-shapes.ts";
import { git } from "./git.ts";
import { type CommitObject, readCommit, records } from "./objects.ts";
import { references, resolveCommit } from "./refs.ts";
import { defaultBranch, type Repository } from "./repositories.ts";

/** Branches and commits: what a client reads to see where a file came from. */
export function history(backend: Backend): Routes {
  const routes = new Hono<Env>();
  routes.get("/repos/:owner/:repo/branches", async (c) => {
    const repository = repositoryOf(c, backend, "read");
    const list = [...(await references(repository.directory))]
      .filter(([name]) => name.startsWith("refs/heads/"))
      .map(([name, sha]) => branchShape(backend, repository, name.slice("refs/heads/".length), sha));
    return c.json(pageOf(c, apiUrl(backend, `/repos/${repository.name}/branches`), list));
  });
  routes.get("/repos/:owner/:repo/branches/:branch{.+}", async (c) => {
    const repository = repositoryOf(c, backend, "read");
    const name = c.req.param("branch");
    const found = (await references(repository.directory)).get(`refs/heads/${name}`);
    if (found === undefined) throw notFound("Branch not found");
    const commit = commitShape(backend, repository, await readCommit(repository.objects, found));
    const { protected: isProtected, protection_url } = branchShape(backend, repository, name, found);
    return c.json({
      name,
      commit,
      _links: {
        self: apiUrl(backend, `/repos/${repository.name}/branches/${encodeURIComponent(name)}`),
        html: `${backend.origin()}/${repository.name}/tree/${encodeURIComponent(name)}`,
      },
      protected: isProtected,
      protection: { enabled: isProtected },
      protection_url,
    });
  });
  routes.get("/repos/:owner/:repo/commits", async (c) => {
    const repository = repositoryOf(c, backend, "read");
    const { directory, objects } = repository;
    const known = await references(directory);
    if (known.size === 0) throw new GitHubError(409, "Git Repository is empty.");
    const start = await resolveCommit(repository, c.req.query("sha") || defaultBranch, known);
    if (start === undefined) throw notFound();
    const path = c.req.query("path")?.replace(/^\/+|\/+$/g, "") ?? "";
    if (path.includes("\0")) throw unprocessable("path contains a malformed path component");
    // After "--" and with GIT_LITERAL_PATHSPECS a path is a path, whatever it looks like.
    const listed = await git(directory, ["rev-list", start, "--", ...(path === "" ? [] : [path])]);
    const ids = listed.toString("utf8").split("\n").filter(Boolean);
    const page = pageOf(c, apiUrl(backend, `/repos/${repository.name}/commits`), ids);
    const commits = page.map(async (id) => commitShape(backend, repository, await readCommit(objects, id)));
    return c.json(await Promise.all(commits));
  });
  routes.get("/repos/:owner/:repo/commits/:ref{.+}", async (c) => {
    const repository = repositoryOf(c, backend, "read");
    const ref = c.req.param("ref");
    const id = await resolveCommit(repository, ref);
    if (id === undefined) throw unprocessable(`No commit found for SHA: ${ref}`);
    const commit = await readCommit(repository.objects, id);
    const files = await changedFiles(backend, repository, commit);
    const sum = (key: "additions" | "deletions") => files.reduce((total, file) => total + file[key], 0);
    const stats = { additions: sum("additions"), deletions: sum("deletions") };
    const total = stats.additions + stats.deletions;
    return c.json({ ...commitShape(backend, repository, commit), stats: { ...stats, total }, files });
  });
  return routes;
}

function branchShape(backend: Backend, repository: Repository, name: string, sha: string) {
  const encoded = encodeURIComponent(name);
  return {
    name,
    commit: { sha, url: apiUrl(backend, `/repos/${repository.name}/commits/${sha}`) },
    protected: backend.faults.isProtected(repository.name, name),
    protection_url: apiUrl(backend, `/repos/${repository.name}/branches/${encoded}/protection`),
  };
}

const statuses: Readonly<Record<string, string>> = { A: "added", D: "removed", M: "modified", T: "changed" };

async function changedFiles(backend: Backend, repository: Repository, commit: CommitObject) {
  const parent = commit.parents[0];
  const range = parent === undefined ? ["--root", "--no-commit-id", commit.sha] : [parent, commit.sha];
  const fields = records(
    await git(repository.directory, ["diff-tree", "-r", "-z", "--raw", "--numstat", ...range]),
  );
  const lines = new Map<string, { additions: number; deletions: number }>();
  const changes: { path: string; sha: string; status: string }[] = [];
  // Raw records come first, their path in a field of its own; then the counts, three values in one field.
  const remaining = fields.values();
  for (const field of remaining) {
    if (field.startsWith(":")) {
      const [, , before = "", after = "", status = ""] = field.split(" ");
      const path = remaining.next().value ?? "";
      changes.push({ path, sha: status === "D" ? before : after, status: statuses[status] ?? "modified" });
    } else {
      const [additions = "", deletions = "", path = ""] = field.split("\t");
      lines.set(path, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
    }
  }
  return changes.map(({ path, sha, status }) => {
    const { additions, deletions } = lines.get(path) ?? { additions: 0, deletions: 0 };
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    return {
      sha,
      filename: path,
      status,
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${backend.origin()}/${repository.name}/blob/${commit.sha}/${encoded}`,
      raw_url: `${backend.origin()}/${repository.name}/raw/${commit.sha}/${encoded}`,
      contents_url: apiUrl(backend, `/repos/${repository.name}/contents/${encoded}?ref=${commit.sha}`),
    };
  });
}
