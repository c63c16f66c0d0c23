import assert from "node:assert/strict";
import { at, playground, token } from "../../../test/github-playground.ts";

describe("the local GitHub's access control", () => {
  const server = playground();
  const basic = (user: string, password: string) => ({
    Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
  });

  for (const [form, headers] of [
    ["as a bearer token", { Authorization: `Bearer ${token}` }],
    ["as the older form token", { Authorization: `token ${token}` }],
    ["as a basic-auth password", basic("x-access-token", token)],
  ] as const) {
    it(`accepts the token ${form}`, async () => {
      const answer = await server().call("GET", "/user", undefined, headers);
      assert.equal(answer.status, 200);
    });
  }

  it("answers a wrong token with 401 Bad credentials on every route", async () => {
    for (const path of ["/user", "/repos/acme/public", "/no/such/route"]) {
      const answer = await server().call("GET", path, undefined, { Authorization: `Bearer ${token}x` });
      assert.deepEqual(
        [answer.status, at(answer, "message"), at(answer, "status")],
        [401, "Bad credentials", "401"],
      );
    }
  });

  it("answers an unknown scheme with 401", async () => {
    const answer = await server().call("GET", "/user", undefined, { Authorization: `Digest ${token}` });
    assert.equal(answer.status, 401);
  });

  it("answers a call without a token with 401", async () => {
    for (const path of ["/user", "/repos/acme/public", "/repos/acme/nginx/hooks", "/orgs/acme/hooks"]) {
      const answer = await server().call("GET", path, undefined, {});
      assert.deepEqual([answer.status, at(answer, "message")], [401, "Requires authentication"], path);
    }
  });

  it("knows only its own organization and repositories", async () => {
    for (const path of ["/orgs/other", "/orgs/other/hooks", "/repos/acme/other", "/repos/other/nginx"]) {
      assert.equal((await server().call("GET", path)).status, 404, path);
    }
  });

  it("ignores case in names, as GitHub does", async () => {
    const answer = await server().call("GET", "/repos/ACME/Nginx");
    assert.equal(at(answer, "full_name"), "acme/nginx");
  });

  it("answers below / and below /api/v3", async () => {
    const plain = await server().call("GET", "/repos/acme/nginx");
    const enterprise = await server().call("GET", "/api/v3/repos/acme/nginx");
    assert.deepEqual(enterprise.body, plain.body);
  });

  it("listens on the loopback address only", () => {
    assert.equal(new URL(server().github.url).hostname, "127.0.0.1");
  });
});

describe("the local GitHub's error responses", () => {
  const lines: string[] = [];
  const server = playground({ log: (line) => lines.push(line) });

  it("answer an unknown route with 404 in GitHub's shape, and log it without its query", async () => {
    const answer = await server().call("GET", "/repos/acme/nginx/actions/runs?secret=hidden");
    assert.deepEqual(answer.body, {
      message: "Not Found",
      documentation_url: "https://docs.github.com/rest",
      status: "404",
    });
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /GET \/repos\/acme\/nginx\/actions\/runs\./);
    assert.doesNotMatch(lines[0] ?? "", /hidden/);
  });

  it("answer a body that is not JSON with 400", async () => {
    const response = await fetch(`${server().github.url}/repos/acme/nginx/hooks`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      body: "{",
    });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /Problems parsing JSON/);
  });
});
