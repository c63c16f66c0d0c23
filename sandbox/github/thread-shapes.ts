import { type Backend, type Documented, nodeId } from "./backend.ts";
import type { Repository } from "./repositories.ts";
import type { Comment, Thread } from "./threads.ts";
import { simpleUser } from "./users.ts";

/*
 * Only the fields that clients read, and those that identify an object.
 */

/** An issue in responses. A pull request has the field `pull_request`, as on GitHub. */
export function issueShape(backend: Backend, { api, web }: Repository, thread: Thread) {
  const { id, number, title, body, pullRequest } = thread;
  const page = `${web}/${pullRequest ? "pull" : "issues"}/${number}`;
  return {
    id,
    node_id: nodeId("Issue", id),
    url: `${api}/issues/${number}`,
    repository_url: api,
    html_url: page,
    number,
    state: thread.open ? "open" : "closed",
    state_reason: thread.reason ?? null,
    title,
    body,
    user: simpleUser(backend, thread.author),
    comments: thread.comments.length,
    closed_at: thread.closedAt ?? null,
    created_at: thread.createdAt,
    updated_at: thread.updatedAt,
    ...(pullRequest && {
      pull_request: { url: `${api}/pulls/${number}`, html_url: page, diff_url: null, patch_url: null },
    }),
  } satisfies Partial<Documented["issue"]>;
}

/** A comment in responses. */
export function commentShape(
  backend: Backend,
  { api }: Repository,
  { number }: Thread,
  { id, body, author, createdAt, updatedAt }: Comment,
) {
  return {
    id,
    node_id: nodeId("IssueComment", id),
    url: `${api}/issues/comments/${id}`,
    issue_url: `${api}/issues/${number}`,
    body,
    user: simpleUser(backend, author),
    created_at: createdAt,
    updated_at: updatedAt,
  } satisfies Partial<Documented["issue-comment"]>;
}
