import assert from "node:assert/strict";
import { createSign } from "node:crypto";
import { newApp } from "../../../test/github-app.ts";
import { at, playground, textAt } from "../../../test/github-playground.ts";

const app = newApp();
const TOKENS = "/app/installations/42/access_tokens";

/** A signed JWT, as an App's client makes it. */
function jwt(claims: object = {}, { privateKey } = app.auth): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: "RS256", typ: "JWT" },
    { iss: app.auth.clientId, iat: now - 30, exp: now + 570, ...claims },
  ];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${createSign("sha256").update(signed).sign(privateKey, "base64url")}`;
}

describe("the installation tokens of a GitHub App", () => {
  let ahead = 0;
  beforeEach(() => {
    ahead = 0;
  });
  const server = playground({ installedApp: app.installed, now: () => Date.now() + ahead });
  const asked = async (bearer: string, path = TOKENS) =>
    await server().call("POST", path, undefined, { Authorization: `Bearer ${bearer}` });
  const statusWith = async (token: string) =>
    (await server().call("GET", "/repos/acme/gitops", undefined, { Authorization: `token ${token}` })).status;

  it("give an installed GitHub App a token of an hour", async () => {
    const answer = await asked(jwt());
    const token = textAt(answer, "token");
    assert.equal(answer.status, 201);
    assert.ok(Math.abs(Date.parse(textAt(answer, "expires_at")) - Date.now() - 3_600_000) < 10_000);
    assert.equal(await statusWith(token), 200);
    ahead = 3_601_000;
    assert.equal(await statusWith(token), 401);
  });

  it("tell an installed App its installation, and no other caller", async () => {
    const read = async (bearer: string, organization: string) =>
      await server().call("GET", `/orgs/${organization}/installation`, undefined, {
        Authorization: `Bearer ${bearer}`,
      });
    const found = await read(jwt(), "acme");
    assert.deepEqual([found.status, at(found, "id")], [200, 42]);
    assert.equal((await read(jwt(), "other")).status, 404);
    assert.equal((await read("a.b.c", "acme")).status, 401);
  });

  for (const [what, bearer, path, status] of [
    ["another key", () => jwt({}, newApp().auth), TOKENS, 401],
    ["another App", () => jwt({ iss: "Iv1.other" }), TOKENS, 401],
    ["an expired JWT", () => jwt({ exp: 1 }), TOKENS, 401],
    ["no JWT", () => "a.b.c", TOKENS, 401],
    ["another installation", () => jwt(), "/app/installations/7/access_tokens", 404],
  ] as const) {
    it(`refuse ${what}`, async () => {
      assert.equal((await asked(bearer(), path)).status, status);
    });
  }
});
