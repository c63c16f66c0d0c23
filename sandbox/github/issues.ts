import { type Context, Hono } from "hono";
import { z } from "zod";
import { bodyOf, notFound, pageOf } from "./answers.ts";
import { repositoryOf } from "./authentication.ts";
import { type Backend, type Documented, type Env, nodeId, type Routes } from "./backend.ts";
import { isoSeconds } from "./objects.ts";
import type { Repository } from "./repositories.ts";
import type { Comment, Thread } from "./threads.ts";
import { simpleUser } from "./users.ts";

/** GitHub's maximum length of a body, in characters. */
const LONGEST_BODY = 65_536;

const text = z.string().max(LONGEST_BODY, `is too long (maximum is ${LONGEST_BODY} characters)`);
const opening = z.object({ title: z.string().min(1), body: text.default("") });
const change = z.object({
  title: z.string().min(1).optional(),
  body: text.optional(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened"]).optional(),
});
const writing = z.object({ body: text.min(1) });
const states = z.enum(["open", "closed", "all"]).catch("open");

const ISSUES = "/repos/:owner/:repo/issues";

/** The issues API, with comments of issues and pull requests. */
export function issues(backend: Backend): Routes {
  const { threads } = backend;
  const routes = new Hono<Env>();
  routes.get(ISSUES, (c) => {
    const repository = repositoryOf(c, backend);
    const state = states.parse(c.req.query("state"));
    const shown = threads
      .list(repository.name)
      .filter(({ open }) => state === "all" || open === (state === "open"));
    const page = pageOf(c, `${repository.api}/issues`, shown);
    return c.json(page.map((thread) => issueShape(backend, repository, thread)));
  });
  routes.post(ISSUES, async (c) => {
    const repository = repositoryOf(c, backend);
    const given = await bodyOf(c, opening);
    const thread = threads.open(repository.name, { ...given, author: c.get("author") });
    return c.json(issueShape(backend, repository, thread), 201);
  });
  routes.get(`${ISSUES}/:number`, (c) => {
    const { repository, thread } = threadOf(c, backend);
    return c.json(issueShape(backend, repository, thread));
  });
  routes.patch(`${ISSUES}/:number`, async (c) => {
    const { repository, thread } = threadOf(c, backend);
    const given = await bodyOf(c, change);
    threads.change(thread, changeOf(thread, given));
    return c.json(issueShape(backend, repository, thread));
  });
  routes.get(`${ISSUES}/:number/comments`, (c) => {
    const { repository, thread } = threadOf(c, backend);
    const url = `${repository.api}/issues/${thread.number}/comments`;
    const page = pageOf(c, url, thread.comments);
    return c.json(page.map((comment) => commentShape(backend, repository, thread, comment)));
  });
  routes.post(`${ISSUES}/:number/comments`, async (c) => {
    const { repository, thread } = threadOf(c, backend);
    const { body } = await bodyOf(c, writing);
    const comment = threads.write(thread, c.get("author"), body);
    return c.json(commentShape(backend, repository, thread, comment), 201);
  });
  routes.patch(`${ISSUES}/comments/:id`, async (c) => {
    const repository = repositoryOf(c, backend);
    const found = threads.comment(repository.name, Number(c.req.param("id")));
    if (found === undefined) throw notFound();
    const { thread, comment } = found;
    comment.body = (await bodyOf(c, writing)).body;
    threads.change(thread, {});
    comment.updatedAt = thread.updatedAt;
    return c.json(commentShape(backend, repository, thread, comment));
  });
  return routes;
}

function threadOf(c: Context<Env>, backend: Backend): { repository: Repository; thread: Thread } {
  const repository = repositoryOf(c, backend);
  const thread = backend.threads.find(repository.name, Number(c.req.param("number")));
  if (thread === undefined) throw notFound();
  return { repository, thread };
}

function changeOf(
  thread: Thread,
  { title, body, state, state_reason }: z.infer<typeof change>,
): Partial<Thread> {
  const open = state === undefined ? thread.open : state === "open";
  return {
    title: title ?? thread.title,
    body: body ?? thread.body,
    open,
    reason: open ? undefined : (state_reason ?? thread.reason ?? "completed"),
    closedAt: open ? undefined : (thread.closedAt ?? isoSeconds(new Date())),
  };
}

/**
 * An issue in responses, with the fields that clients read. A pull request has the field `pull_request`, as on GitHub.
 */
function issueShape(backend: Backend, { api, web }: Repository, thread: Thread) {
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

function commentShape(
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
