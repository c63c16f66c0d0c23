import { apiUrl, type Backend, nodeId } from "./backend.ts";
import type { CommitObject, Signature } from "./objects.ts";
import type { Repository } from "./repositories.ts";
import { simpleUser, viewer } from "./users.ts";

const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** A commit as the Git data API and the contents API show it. */
export function gitCommitShape(backend: Backend, repository: Repository, commit: CommitObject) {
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

/** A commit as the repository's history shows it. */
export function commitShape(backend: Backend, repository: Repository, commit: CommitObject) {
  const url = apiUrl(backend, `/repos/${repository.name}/commits/${commit.sha}`);
  const account = (who: Signature) => (who.email === viewer.email ? simpleUser(backend, viewer.login) : null);
  return {
    sha: commit.sha,
    node_id: nodeId("Commit", commit.sha),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: treeShape(backend, repository, commit.tree),
      url: apiUrl(backend, `/repos/${repository.name}/git/commits/${commit.sha}`),
      comment_count: 0,
      verification: unsigned,
    },
    url,
    html_url: html(backend, repository, commit.sha),
    comments_url: `${url}/comments`,
    author: account(commit.author),
    committer: account(commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: apiUrl(backend, `/repos/${repository.name}/commits/${sha}`),
      html_url: html(backend, repository, sha),
    })),
  };
}

function treeShape(backend: Backend, repository: Repository, sha: string) {
  return { sha, url: apiUrl(backend, `/repos/${repository.name}/git/trees/${sha}`) };
}

function html(backend: Backend, repository: Repository, sha: string): string {
  return `${backend.origin()}/${repository.name}/commit/${sha}`;
}
