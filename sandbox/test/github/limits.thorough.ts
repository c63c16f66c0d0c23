import assert from "node:assert/strict";
import { Hono } from "hono";
import { at, playground, textAt } from "../../../test/github-playground.ts";
import type { Env } from "../../github/backend.ts";
import { RateLimits } from "../../github/limits.ts";

const hook = (number: number) => ({
  config: { url: `https://hooks.acme.example/${number}`, content_type: "json" },
});

/** The offset of the limits' clock in milliseconds, so that no test waits. */
let ahead = 0;
const now = () => Date.now() + ahead;

describe("the local GitHub's primary rate limit", () => {
  const server = playground({ limits: { primary: { limit: 3, seconds: 60 } }, now });
  const rate = (headers: Headers) =>
    ["limit", "remaining", "used"].map((name) => headers.get(`x-ratelimit-${name}`));

  it("counts every call in the headers, even errors", async () => {
    const first = await server().call("GET", "/user");
    const second = await server().call("GET", "/repos/acme/none");
    assert.deepEqual(
      [rate(first.headers), rate(second.headers)],
      [
        ["3", "2", "1"],
        ["3", "1", "2"],
      ],
    );
    const reset = Number(first.headers.get("x-ratelimit-reset"));
    assert.ok(Math.abs(reset - now() / 1000 - 60) < 30, String(reset));
  });

  it("answers 403 when it is used up, and works again after the reset", async () => {
    for (let call = 0; call < 3; call += 1) assert.equal((await server().call("GET", "/user")).status, 200);
    const refused = await server().call("GET", "/user");
    assert.equal(refused.status, 403);
    assert.equal(refused.headers.get("x-ratelimit-remaining"), "0");
    assert.match(textAt(refused, "message"), /^API rate limit exceeded/);
    ahead += 60_000;
    assert.equal((await server().call("GET", "/user")).status, 200);
  });

  it("does not count a conditional call that answers 304", async () => {
    const first = await server().call("GET", "/repos/acme/nginx");
    const headers = {
      Authorization: "Bearer the-token-of-the-tests",
      "If-None-Match": first.headers.get("etag") ?? "",
    };
    const second = await server().call("GET", "/repos/acme/nginx", undefined, headers);
    assert.deepEqual([second.status, second.headers.get("x-ratelimit-used")], [304, "1"]);
  });
});

describe("the local GitHub's limit of content creation", () => {
  const server = playground({ limits: { contentCreation: [{ limit: 2, seconds: 40.5 }] }, now });
  const create = async (number: number) =>
    await server().call("POST", "/repos/acme/nginx/hooks", hook(number));

  it("answers 403 with retry-after in GitHub's form, and creates nothing", async () => {
    await create(1);
    await create(2);
    const refused = await create(3);
    assert.equal(refused.status, 403);
    const wait = Number(refused.headers.get("retry-after"));
    assert.ok(wait > 20 && wait <= 41 && Number.isInteger(wait), String(wait));
    assert.match(textAt(refused, "message"), /^You have exceeded a secondary rate limit/);
    assert.match(textAt(refused, "documentation_url"), /secondary-rate-limits$/);
    assert.equal(server().github.hooks("acme/nginx").length, 2);
  });

  it("allows the call after that time", async () => {
    await create(1);
    await create(2);
    assert.equal((await create(3)).status, 403);
    ahead += 41_000;
    assert.equal((await create(3)).status, 201);
  });

  it("does not count reading and deleting calls", async () => {
    const created = await create(1);
    for (let call = 0; call < 4; call += 1) await server().call("GET", "/repos/acme/nginx/hooks");
    await server().call("DELETE", `/repos/acme/nginx/hooks/${at(created, "id")}`);
    assert.equal((await create(2)).status, 201);
  });
});

describe("the local GitHub without limits", () => {
  it("refuses no call, and never shows zero remaining calls", async () => {
    const limits = new RateLimits();
    const app = new Hono<Env>().use(limits.middleware()).post("/", (c) => c.body(null, 201));
    for (let call = 0; call <= 5000; call += 1) {
      assert.equal((await app.request("/", { method: "POST" })).status, 201);
    }
    assert.equal(limits.current().remaining, 1);
  });
});
