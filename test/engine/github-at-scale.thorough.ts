import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import * as github from "@pulumi/github";
import { newApp } from "../github-app.ts";
import { type GitHubStack, openGitHubStack } from "./github-plugin-stack.ts";

const COUNT = 8;
const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);

/** Hooks with different addresses. */
const hookMakers = (given: github.Provider) =>
  numbers.map((number) => () => {
    const configuration = { url: `https://hooks.acme.example/${number}`, contentType: "json" };
    const args = { repository: "nginx", events: ["push"], configuration };
    return new github.RepositoryWebhook(`hook-${number}`, args, { provider: given });
  });
const hooks = (given: github.Provider) => hookMakers(given).map((make) => make());

/** GitHub's answer when too much content is created. */
const SECONDARY = {
  kind: "error",
  method: "POST",
  path: "/repos/*/*/hooks",
  status: 403,
  documentation:
    "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
  message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
} as const;

describe("many webhooks under GitHub's limits", () => {
  let stack: GitHubStack;
  const made = () =>
    stack.gitHub
      .hooks("acme/nginx")
      .map(({ url }) => url)
      .sort();
  const all = numbers.map((number) => `https://hooks.acme.example/${number}`);
  const answered = (status: number) =>
    stack.gitHub.requests().filter((request) => request.status === status).length;
  const created = () =>
    stack.gitHub.requests().filter(({ method, status }) => method === "POST" && status === 201).length;

  describe("by a token", () => {
    before(async () => {
      stack = await openGitHubStack();
    });
    after(() => stack?.close());

    it("are each created once, after as many waits as GitHub asks for", async () => {
      stack.gitHub.limits.set({ contentCreation: [{ limit: 3, seconds: 2 }] });
      await stack.up(hooks);
      assert.deepEqual(made(), all);
      assert.ok(answered(403) >= 2, String(answered(403)));
      assert.equal(created(), COUNT);
    });

    it("are unchanged at a second up", async () => {
      stack.gitHub.limits.set({});
      assert.deepEqual(await stack.up(hooks), { same: COUNT + 2 });
    });
  });

  describe("when the limit lasts longer than GitHub says", () => {
    before(async () => {
      stack = await openGitHubStack();
    });
    after(() => stack?.close());

    it("are created after more refusals in a row than the provider's retries", async () => {
      stack.gitHub.faults.add({ ...SECONDARY, headers: { "retry-after": "1" }, times: 6 });
      await stack.up(hooks);
      assert.deepEqual(made(), all);
      assert.equal(answered(403), 6);
    });
  });

  describe("by a GitHub App whose token ends in the middle of an up", () => {
    const app = newApp();
    before(async () => {
      stack = await openGitHubStack({}, { ...app, installed: { ...app.installed, lifetime: 4 } });
      stack.gitHub.limits.set({ contentCreation: [{ limit: 2, seconds: 2 }] });
    });
    after(() => stack?.close());

    it("fail by name with GitHub's reason, because the provider renews no token, and the created ones are kept", async () => {
      await assert.rejects(stack.up(hooks), /hook-\d[\s\S]*401 Bad credentials/);
      assert.ok(made().length > 0 && made().length < COUNT, String(made().length));
    });

    it("are completed by the next up, which has a new token and creates only the missing ones", async () => {
      stack.gitHub.limits.set({});
      const missing = COUNT - made().length;
      const changes = await stack.up(hooks);
      assert.deepEqual(made(), all);
      assert.equal(changes.create, missing);
      assert.equal(created() - answeredTokens(), COUNT);
    });

    /** Tokens are created by a POST too. */
    const answeredTokens = () =>
      stack.gitHub.requests().filter(({ path }) => path.endsWith("/access_tokens")).length;
  });

  describe("by the provider's newer client, which the program does not use", () => {
    const app = newApp();
    const newer = { legacyClient: false };
    before(async () => {
      stack = await openGitHubStack(newer, { ...app, installed: { ...app.installed, lifetime: 33 } });
    });
    after(() => stack?.close());

    it("are created though the App's token ends, because it renews the token half a minute earlier", async () => {
      await stack.up(async (given) => {
        const [first, ...rest] = hookMakers(given);
        const { promise, resolve } = Promise.withResolvers<void>();
        first?.().id.apply(() => resolve());
        await promise;
        await pause(4_000);
        for (const make of rest) make();
      });
      assert.deepEqual(made(), all);
      const tokens = stack.gitHub.requests().filter(({ path }) => path.endsWith("/access_tokens")).length;
      assert.ok(tokens >= 2, String(tokens));
    });

    it("fail after a wait, because it repeats the call with an empty body", async () => {
      await stack.destroy();
      stack.gitHub.limits.set({ contentCreation: [{ limit: 3, seconds: 2 }] });
      await assert.rejects(stack.up(hooks), /422 Invalid request/);
    });
  });
});
