import assert from "node:assert/strict";
import * as github from "@pulumi/github";
import { newApp } from "../github-app.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type GitHubStack, openGitHubStack } from "./github-plugin-stack.ts";

const COUNT = 8;
const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);

/** Hooks with different addresses. */
const hooks = (given: github.Provider) =>
  numbers.map(
    (number) =>
      new github.RepositoryWebhook(
        `hook-${number}`,
        {
          repository: "nginx",
          events: ["push"],
          configuration: { url: `https://hooks.acme.example/${number}`, contentType: "json" },
        },
        { provider: given },
      ),
  );

/** GitHub's answer when too much content is created. */
const SECONDARY = {
  kind: "error",
  method: "POST",
  path: "/repos/*/*/hooks",
  status: 403,
  documentation: "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits",
  message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
} as const;

describe("many webhooks under GitHub's limits", function () {
  this.timeout(TOOLCHAIN_TIMEOUT);
  let stack: GitHubStack;
  const made = () => stack.gitHub.hooks("acme/nginx").map(({ url }) => url);
  const all = numbers.map((number) => `https://hooks.acme.example/${number}`);
  const refused = () => stack.gitHub.requests().filter(({ status }) => status === 403).length;
  const tokens = () => stack.gitHub.requests().filter(({ path }) => path.endsWith("/access_tokens")).length;

  describe("by a token", () => {
    before(async () => {
      stack = await openGitHubStack();
    });
    after(() => stack?.close());

    it("are all created once, after waiting as often as GitHub asks", async () => {
      stack.gitHub.limits.set({ contentCreation: [{ limit: 3, seconds: 2 }] });
      await stack.up(hooks);
      console.error("token refused", refused(), stack.gitHub.requests().filter(({method})=>method==="POST").map(r=>r.status).join());
      assert.deepEqual(made().sort(), all);
      assert.ok(refused() >= 2, String(refused()));
      stack.gitHub.limits.set({});
      assert.deepEqual(await stack.up(hooks), { same: COUNT + 2 });
    });
  });

  describe("when the limit lasts longer than GitHub says", () => {
    before(async () => {
      stack = await openGitHubStack();
    });
    after(() => stack?.close());

    it("fail clearly, and the next up creates only the missing ones", async () => {
      stack.gitHub.faults.add({ ...SECONDARY, headers: { "retry-after": "1" } });
      await assert.rejects(stack.up(hooks), /secondary rate limit/);
      console.error("refused", refused());
      stack.gitHub.faults.clear();
      await stack.up(hooks);
      assert.deepEqual(made().sort(), all);
    });
  });

  describe("by a GitHub App", () => {
    const app = newApp();
    before(async () => {
      stack = await openGitHubStack(
        {},
        { ...app, installed: { ...app.installed, lifetime: 33 } },
      );
    });
    after(() => stack?.close());

    it("are all created, though its token ends in the middle of the run", async () => {
      stack.gitHub.limits.set({ contentCreation: [{ limit: 2, seconds: 2 }] });
      await stack.up(hooks);
      assert.deepEqual(made().sort(), all);
      console.error("tokens", tokens(), "refused", refused());
      assert.ok(tokens() >= 2, String(tokens()));
    });
  });
});
