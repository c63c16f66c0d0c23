import { type Backend, type Documented, nodeId } from "./backend.ts";
import type { Repository } from "./repositories.ts";
import type { Comment, Thread } from "./threads.ts";
import { simpleUser } from "./users.ts";

/** An issue in responses. A pull request has the field `pull_request`, as on GitHub. */
export function issueShape(backend: Backend, repository: Repository, thread: Thread): Documented["issue"] {
  const { api } = repository;
  const url = `${api}/issues/${thread.number}`;
  const page = pageOf(repository, thread);
  return {
    id: thread.id,
    node_id: nodeId("Issue", thread.id),
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: page,
    number: thread.number,
    state: thread.open ? "open" : "closed",
    state_reason: thread.reason ?? null,
    title: thread.title,
    body: thread.body,
    user: simpleUser(backend, thread.author),
    labels: [],
    assignee: null,
    assignees: [],
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: thread.comments.length,
    closed_at: thread.closedAt ?? null,
    created_at: thread.createdAt,
    updated_at: thread.updatedAt,
    author_association: "MEMBER",
    ...(thread.pullRequest && {
      pull_request: {
        url: `${api}/pulls/${thread.number}`,
        html_url: page,
        diff_url: `${page}.diff`,
        patch_url: `${page}.patch`,
      },
    }),
  };
}

/** A comment in responses. */
export function commentShape(
  backend: Backend,
  repository: Repository,
  thread: Thread,
  comment: Comment,
): Documented["issue-comment"] {
  const { api } = repository;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${pageOf(repository, thread)}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${thread.number}`,
    body: comment.body,
    user: simpleUser(backend, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: "MEMBER",
  };
}

function pageOf({ web }: Repository, { pullRequest, number }: Thread): string {
  return `${web}/${pullRequest ? "pull" : "issues"}/${number}`;
}
