import assert from "node:assert/strict";
import { JSONStringify } from "json-with-bigint";
import { documentedAnswer } from "./github-openapi.ts";
import { at, base64, type Playground, playground } from "./github-playground.ts";

const gitops = "/repos/acme/gitops";
const hook = {
  config: { url: "https://hooks.acme.example", secret: "s", content_type: "json" },
  events: ["push"],
};
const missing = "1".repeat(40);

/** What a call needs that only the server knows: ids of what was made before it. */
interface Known {
  readonly head: string;
  readonly tree: string;
  readonly file: string;
  readonly hook: number;
  readonly organizationHook: number;
  readonly delivery: string;
  readonly organizationDelivery: string;
  readonly comment: number;
}
type Body = (known: Known) => object;
type Row = readonly [
  operation: string,
  status: number,
  path: string | ((known: Known) => string),
  body?: Body,
];

const repo = "/repos/{owner}/{repo}";
const deliveries = `${repo}/hooks/{hook_id}/deliveries`;
const deliveryOf = (known: Known) => `${gitops}/hooks/${known.hook}/deliveries/${known.delivery}`;
const rows: readonly Row[] = [
  ["GET /user", 200, "/user"],
  ["GET /rate_limit", 200, "/rate_limit"],
  ["GET /orgs/{org}", 200, "/orgs/acme"],
  ["GET /orgs/{org}", 404, "/orgs/other"],
  [`GET ${repo}`, 200, gitops],
  [`GET ${repo}`, 404, "/repos/acme/none"],
  [`GET ${repo}/hooks`, 200, `${gitops}/hooks`],
  [`POST ${repo}/hooks`, 201, `${gitops}/hooks`, () => ({ ...hook, events: ["create"] })],
  [`POST ${repo}/hooks`, 422, `${gitops}/hooks`, () => hook],
  [`GET ${repo}/hooks/{hook_id}`, 200, (known) => `${gitops}/hooks/${known.hook}`],
  [`GET ${repo}/hooks/{hook_id}`, 404, `${gitops}/hooks/999`],
  [
    `PATCH ${repo}/hooks/{hook_id}`,
    200,
    (known) => `${gitops}/hooks/${known.hook}`,
    () => ({ active: false }),
  ],
  [`DELETE ${repo}/hooks/{hook_id}`, 404, `${gitops}/hooks/999`],
  ["GET /orgs/{org}/hooks", 200, "/orgs/acme/hooks"],
  ["POST /orgs/{org}/hooks", 201, "/orgs/acme/hooks", () => ({ ...hook, events: ["create"] })],
  ["GET /orgs/{org}/hooks/{hook_id}", 200, (known) => `/orgs/acme/hooks/${known.organizationHook}`],
  [
    "PATCH /orgs/{org}/hooks/{hook_id}",
    200,
    (known) => `/orgs/acme/hooks/${known.organizationHook}`,
    () => hook,
  ],
  [`GET ${deliveries}`, 200, (known) => `${gitops}/hooks/${known.hook}/deliveries`],
  [`GET ${deliveries}`, 422, (known) => `${gitops}/hooks/${known.hook}/deliveries?status=lost`],
  [`GET ${deliveries}/{delivery_id}`, 200, (known) => deliveryOf(known)],
  [`POST ${deliveries}/{delivery_id}/attempts`, 202, (known) => `${deliveryOf(known)}/attempts`],
  [`POST ${repo}/hooks/{hook_id}/pings`, 404, `${gitops}/hooks/999/pings`],
  [
    "GET /orgs/{org}/hooks/{hook_id}/deliveries",
    200,
    (known) => `/orgs/acme/hooks/${known.organizationHook}/deliveries`,
  ],
  [
    "GET /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}",
    200,
    (known) => `/orgs/acme/hooks/${known.organizationHook}/deliveries/${known.organizationDelivery}`,
  ],
  [
    "POST /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}/attempts",
    202,
    (known) => `/orgs/acme/hooks/${known.organizationHook}/deliveries/${known.organizationDelivery}/attempts`,
  ],
  ["POST /orgs/{org}/hooks/{hook_id}/pings", 404, "/orgs/acme/hooks/999/pings"],
  [`GET ${repo}/issues`, 200, `${gitops}/issues?state=all`],
  [`POST ${repo}/issues`, 201, `${gitops}/issues`, () => ({ title: "t" })],
  [`POST ${repo}/issues`, 422, `${gitops}/issues`, () => ({ title: "" })],
  [`GET ${repo}/issues/{issue_number}`, 200, `${gitops}/issues/1`],
  [`GET ${repo}/issues/{issue_number}`, 404, `${gitops}/issues/999`],
  [`PATCH ${repo}/issues/{issue_number}`, 200, `${gitops}/issues/1`, () => ({ state: "closed" })],
  [`GET ${repo}/issues/{issue_number}/comments`, 200, `${gitops}/issues/1/comments`],
  [`POST ${repo}/issues/{issue_number}/comments`, 201, `${gitops}/issues/1/comments`, () => ({ body: "b" })],
  [`POST ${repo}/issues/{issue_number}/comments`, 422, `${gitops}/issues/1/comments`, () => ({ body: "" })],
  [
    `PATCH ${repo}/issues/comments/{comment_id}`,
    200,
    ({ comment }) => `${gitops}/issues/comments/${comment}`,
    () => ({ body: "b" }),
  ],
  [`GET ${repo}/branches`, 200, `${gitops}/branches`],
  [`GET ${repo}/branches/{branch}`, 200, `${gitops}/branches/main`],
  [`GET ${repo}/branches/{branch}`, 404, `${gitops}/branches/none`],
  [`GET ${repo}/commits`, 200, `${gitops}/commits`],
  [`GET ${repo}/commits`, 409, "/repos/acme/empty/commits"],
  [`GET ${repo}/commits/{ref}`, 200, `${gitops}/commits/main`],
  [`GET ${repo}/commits/{ref}`, 422, `${gitops}/commits/none`],
  [`GET ${repo}/contents/{path}`, 200, `${gitops}/contents/README.md`],
  [`GET ${repo}/contents/{path}`, 200, `${gitops}/contents/services`],
  [`GET ${repo}/contents/{path}`, 404, `${gitops}/contents/none`],
  [
    `PUT ${repo}/contents/{path}`,
    201,
    `${gitops}/contents/a`,
    () => ({ message: "m", content: base64("a") }),
  ],
  [
    `PUT ${repo}/contents/{path}`,
    409,
    `${gitops}/contents/a`,
    () => ({ message: "m", content: "", sha: missing }),
  ],
  [`PUT ${repo}/contents/{path}`, 422, `${gitops}/contents/README.md`, () => ({ message: "m", content: "" })],
  [
    `PUT ${repo}/contents/{path}`,
    200,
    `${gitops}/contents/README.md`,
    ({ file }) => ({ message: "m", content: base64("b"), sha: file }),
  ],
  [
    `DELETE ${repo}/contents/{path}`,
    200,
    `${gitops}/contents/README.md`,
    ({ file }) => ({ message: "m", sha: file }),
  ],
  [
    `DELETE ${repo}/contents/{path}`,
    409,
    `${gitops}/contents/README.md`,
    () => ({ message: "m", sha: missing }),
  ],
  [`GET ${repo}/git/ref/{ref}`, 200, `${gitops}/git/ref/heads/main`],
  [`GET ${repo}/git/ref/{ref}`, 404, `${gitops}/git/ref/heads/none`],
  [`GET ${repo}/git/ref/{ref}`, 409, "/repos/acme/empty/git/ref/heads/main"],
  [`POST ${repo}/git/refs`, 201, `${gitops}/git/refs`, ({ head }) => ({ ref: "refs/heads/x", sha: head })],
  [`POST ${repo}/git/refs`, 422, `${gitops}/git/refs`, ({ head }) => ({ ref: "refs/heads/main", sha: head })],
  [`PATCH ${repo}/git/refs/{ref}`, 200, `${gitops}/git/refs/heads/main`, ({ head }) => ({ sha: head })],
  [`PATCH ${repo}/git/refs/{ref}`, 422, `${gitops}/git/refs/heads/main`, () => ({ sha: missing })],
  [`POST ${repo}/git/blobs`, 201, `${gitops}/git/blobs`, () => ({ content: "a" })],
  [`GET ${repo}/git/blobs/{file_sha}`, 200, ({ file }) => `${gitops}/git/blobs/${file}`],
  [`GET ${repo}/git/blobs/{file_sha}`, 404, `${gitops}/git/blobs/${missing}`],
  [`GET ${repo}/git/trees/{tree_sha}`, 200, ({ tree }) => `${gitops}/git/trees/${tree}?recursive=1`],
  [`GET ${repo}/git/trees/{tree_sha}`, 404, `${gitops}/git/trees/${missing}`],
  [
    `POST ${repo}/git/trees`,
    201,
    `${gitops}/git/trees`,
    ({ tree }) => ({ base_tree: tree, tree: [{ path: "a", mode: "100644", type: "blob", content: "a" }] }),
  ],
  [`POST ${repo}/git/trees`, 422, `${gitops}/git/trees`, () => ({ tree: [] })],
  [`GET ${repo}/git/commits/{commit_sha}`, 200, ({ head }) => `${gitops}/git/commits/${head}`],
  [
    `POST ${repo}/git/commits`,
    201,
    `${gitops}/git/commits`,
    ({ head, tree }) => ({ message: "m", tree, parents: [head] }),
  ],
  [`POST ${repo}/git/commits`, 422, `${gitops}/git/commits`, () => ({ message: "m", tree: missing })],
];

describe("local GitHub: answers have the shape that GitHub documents", function () {
  this.timeout(30_000);
  const reads = ([operation]: Row) => operation.startsWith("GET ");

  describe("when something is read", () => {
    const server = playground({}, "describe");
    let known: Known;
    before(async () => {
      known = await prepare(server());
    });

    for (const row of rows.filter(reads)) holdsTo(row, server, () => known);

    it("would notice a field that is missing, null or of a wrong type", async () => {
      const { body } = await server().call("GET", "/orgs/acme");
      const check = documentedAnswer("GET /orgs/{org}", 200);
      assert.ok(typeof body === "object");
      for (const change of [{ login: undefined }, { id: "2" }, { html_url: null }, { created_at: "today" }]) {
        assert.equal(check({ ...body, ...change }).length, 1, JSON.stringify(change));
      }
    });
  });

  describe("when something is written", () => {
    const server = playground();

    for (const row of rows.filter((row) => !reads(row))) holdsTo(row, server, () => prepare(server()));
  });
});

function holdsTo(
  [operation, status, path, body]: Row,
  server: () => Playground,
  prepared: () => Known | Promise<Known>,
): void {
  const from = typeof path === "string" && !operation.endsWith(path) ? ` (${path})` : "";
  it(`${operation} → ${status}${from}`, async () => {
    const known = await prepared();
    const to = typeof path === "string" ? path : path(known);
    const [method = ""] = operation.split(" ");
    const answer = await server().call(method, to, body?.(known));
    assert.equal(answer.status, status, JSONStringify(answer.body));
    assert.deepEqual(documentedAnswer(operation, status)(answer.body), []);
  });
}

async function prepare(server: Playground): Promise<Known> {
  const hooks = await server.call("POST", `${gitops}/hooks`, hook);
  const organizationHooks = await server.call("POST", "/orgs/acme/hooks", hook);
  // The pings of both.
  await server.github.deliveriesSettled();
  const [hookId, organizationId] = [at(hooks, "id"), at(organizationHooks, "id")];
  const delivered = await server.call("GET", `${gitops}/hooks/${hookId}/deliveries`);
  const organizations = await server.call("GET", `/orgs/acme/hooks/${organizationId}/deliveries`);
  await server.call("POST", `${gitops}/issues`, { title: "t", body: "b" });
  server.github.threads.open("acme/gitops", { title: "p", author: "ada", pullRequest: true });
  const comment = await server.call("POST", `${gitops}/issues/1/comments`, { body: "c" });
  const commit = await server.call("GET", `${gitops}/commits/main`);
  const file = await server.call("GET", `${gitops}/contents/README.md`);
  return {
    head: String(at(commit, "sha")),
    tree: String(at(commit, "commit", "tree", "sha")),
    file: String(at(file, "sha")),
    hook: Number(hookId),
    organizationHook: Number(organizationId),
    delivery: String(at(delivered, 0, "id")),
    organizationDelivery: String(at(organizations, 0, "id")),
    comment: Number(at(comment, "id")),
  };
}
