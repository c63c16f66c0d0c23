import { apiUrl, type Backend, type Documented, nodeId } from "./backend.ts";
import type { CommitObject } from "./objects.ts";
import type { Repository } from "./repositories.ts";

const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** A commit as the Git data API shows it. */
export function gitCommitShape(
  backend: Backend,
  repository: Repository,
  commit: CommitObject,
): Documented["git-commit"] {
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    url: apiUrl(backend, `/repos/${repository.name}/git/commits/${commit.sha}`),
    html_url: html(backend, repository, commit.sha),
    author: commit.author,
    committer: commit.committer,
    tree: treeShape(backend, repository, commit.tree),
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: apiUrl(backend, `/repos/${repository.name}/git/commits/${sha}`),
      html_url: html(backend, repository, sha),
    })),
    verification: unsigned,
  };
}

function treeShape(backend: Backend, repository: Repository, sha: string) {
  return { sha, url: apiUrl(backend, `/repos/${repository.name}/git/trees/${sha}`) };
}

function html(backend: Backend, repository: Repository, sha: string): string {
  return `${backend.origin()}/${repository.name}/commit/${sha}`;
}
