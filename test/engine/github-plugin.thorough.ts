import assert from "node:assert/strict";
import * as github from "@pulumi/github";
import { newApp } from "../github-app.ts";
import { TOOLCHAIN_TIMEOUT } from "./control-plane.ts";
import { type GitHubStack, openGitHubStack, token } from "./github-plugin-stack.ts";

const secret = "planted-hook-secret";
const address = "https://hooks.acme.example/planted-address";

const APP = newApp();

describe("GitHub plugin", function () {
  this.timeout(120_000);
  let stack: GitHubStack;
  /** One stack for all tests of a `describe`; each test continues where the previous one ended. */
  const opened = () => {
    before(async function () {
      this.timeout(TOOLCHAIN_TIMEOUT);
      stack = await openGitHubStack();
    });
    after(async () => await stack.close());
  };

  const api = (method: string, path: string, body?: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    return fetch(stack.gitHub.url + path, { method, headers, ...(body && { body }) });
  };

  const webhook =
    (
      events: string[],
      more: object = {},
      { name = "hook", ...options }: { name?: string; import?: string } = {},
    ) =>
    (given: github.Provider) => {
      const configuration = { url: address, contentType: "json", secret };
      const args = { repository: "nginx", events, configuration, ...more };
      return new github.RepositoryWebhook(name, args, { provider: given, ...options });
    };

  describe("webhook of a repository", () => {
    opened();
    /** All output and state so far. */
    let seen = "";
    afterEach(async () => {
      seen += stack.output() + (await stack.state().catch(() => ""));
    });

    it("is not created by a preview", async () => {
      assert.deepEqual(await stack.preview(webhook(["push"])), { create: 3 });
      assert.deepEqual(stack.gitHub.hooks("acme/nginx"), []);
    });

    it("is created with the address, the type and the secret", async () => {
      await stack.up(webhook(["push"]));
      const [hook, ...others] = stack.gitHub.hooks("acme/nginx");
      assert.deepEqual(others, []);
      assert.deepEqual(
        [hook?.url, hook?.contentType, hook?.events, hook?.active, hook?.hasSecret],
        [address, "json", ["push"], true, true],
      );
    });

    it("is unchanged at a second up, also after a refresh", async () => {
      assert.deepEqual(await stack.up(webhook(["push"])), { same: 3 });
      assert.deepEqual(await stack.refresh(), { same: 3 });
      assert.deepEqual(await stack.up(webhook(["push"])), { same: 3 });
    });

    it("is updated in place when its events change, and keeps its id and secret", async () => {
      const [before] = stack.gitHub.hooks("acme/nginx");
      const changes = await stack.up(webhook(["push", "create"]));
      assert.deepEqual(changes, { same: 2, update: 1 });
      const [after] = stack.gitHub.hooks("acme/nginx");
      assert.equal(after?.id, before?.id);
      assert.deepEqual([...(after?.events ?? [])].sort(), ["create", "push"]);
      assert.equal(after?.hasSecret, true);
    });

    it("is created again after a manual deletion, which a refresh finds", async () => {
      const [hook] = stack.gitHub.hooks("acme/nginx");
      await api("DELETE", `/repos/acme/nginx/hooks/${hook?.id}`);
      assert.deepEqual(await stack.refresh(), { same: 2, delete: 1 });
      assert.deepEqual(await stack.up(webhook(["push"])), { same: 2, create: 1 });
      assert.equal(stack.gitHub.hooks("acme/nginx").length, 1);
    });

    it("fails the up with GitHub's reason if GitHub refuses it", async () => {
      const twin = (given: github.Provider) => [
        webhook(["push"])(given),
        webhook(["push"], {}, { name: "twin" })(given),
      ];
      await assert.rejects(stack.up(twin), /Hook already exists on this repository/);
      assert.equal(stack.gitHub.hooks("acme/nginx").length, 1);
    });

    it("is replaced when it moves to another repository", async () => {
      await stack.up(webhook(["push"], { repository: "gitops" }));
      assert.deepEqual(stack.gitHub.hooks("acme/nginx"), []);
      assert.equal(stack.gitHub.hooks("acme/gitops").length, 1);
    });

    it("is deleted by destroy", async () => {
      assert.deepEqual(await stack.destroy(), { delete: 3 });
      assert.deepEqual(stack.gitHub.hooks("acme/gitops"), []);
    });

    it("keeps secret, address and token out of state and output", () => {
      for (const hidden of [secret, address, token]) {
        const forms = [hidden, Buffer.from(hidden).toString("base64")];
        for (const form of forms) assert.ok(!seen.includes(form), form);
      }
      assert.match(seen, /"secret": ?\{\s*"4dabf18193072939515e22adb298388d"/);
      assert.match(seen, /"token": ?\{\s*"4dabf18193072939515e22adb298388d"/);
    });
  });

  describe("existing webhook of a repository", () => {
    opened();

    it("is imported, and updated once, because its secret cannot be read", async () => {
      const adopted = (id: number) => webhook(["push"], {}, { import: `nginx/${id}` });
      const config = { url: address, content_type: "json", secret };
      await api("POST", "/repos/acme/nginx/hooks", JSON.stringify({ config }));
      const id = stack.gitHub.hooks("acme/nginx")[0]?.id ?? 0;
      assert.deepEqual(await stack.up(adopted(id)), { create: 2, import: 1, update: 1 });
      assert.deepEqual(await stack.up(adopted(id)), { same: 3 });
      assert.deepEqual(
        stack.gitHub.hooks("acme/nginx").map((hook) => hook.id),
        [id],
      );
    });
  });

  describe("webhooks of a failing GitHub", () => {
    opened();

    it("are created after a wait for the limit of content creation", async () => {
      stack.gitHub.limits.set({ contentCreation: [{ limit: 1, seconds: 2 }] });
      await stack.up((given) => {
        webhook(["push"])(given);
        webhook(["push"], { repository: "gitops" }, { name: "second" })(given);
      });
      const refused = stack.gitHub.requests().filter(({ status }) => status === 403);
      assert.ok(refused.length >= 1);
      const counts = ["acme/nginx", "acme/gitops"].map((name) => stack.gitHub.hooks(name).length);
      assert.deepEqual(counts, [1, 1]);
    });

    it("are created after a few calls that answer 502", async () => {
      stack.gitHub.limits.set({});
      stack.gitHub.faults.add({
        kind: "error",
        method: "POST",
        path: "/repos/*/*/hooks",
        status: 502,
        times: 2,
      });
      const other = { configuration: { url: `${address}/other`, contentType: "json", secret } };
      await stack.up((given) => [
        webhook(["push"])(given),
        webhook(["push"], other, { name: "third" })(given),
      ]);
      assert.equal(stack.gitHub.hooks("acme/nginx").length, 2);
      assert.equal(stack.gitHub.requests().filter(({ status }) => status === 502).length, 2);
    });
  });

  describe("webhook of an organization", () => {
    opened();

    it("is created, updated and deleted", async () => {
      const own = (events: string[]) => (given: github.Provider) =>
        new github.OrganizationWebhook(
          "hook",
          { events, configuration: { url: address, contentType: "json", secret } },
          { provider: given },
        );
      await stack.up(own(["push"]));
      assert.deepEqual(await stack.up(own(["push"])), { same: 3 });
      await stack.up(own(["push", "create"]));
      assert.equal(stack.gitHub.hooks("acme")[0]?.events.length, 2);
      assert.ok(!(await stack.state()).includes(secret));
      await stack.destroy();
      assert.deepEqual(stack.gitHub.hooks("acme"), []);
    });
  });

  describe("webhook that a GitHub App makes", () => {
    before(async function () {
      this.timeout(TOOLCHAIN_TIMEOUT);
      stack = await openGitHubStack({}, APP);
    });
    after(async () => await stack.close());

    it("is created by an installation's token, and unchanged at a second up", async () => {
      await stack.up(webhook(["push"]));
      assert.equal(stack.gitHub.hooks("acme/nginx").length, 1);
      const made = stack.gitHub.requests().filter(({ path }) => path.endsWith("/access_tokens"));
      assert.ok(made.length > 0);
      assert.deepEqual(await stack.up(webhook(["push"])), { same: 3 });
    });

    it("leaves the App's private key and token out of state and output", async () => {
      const seen = stack.output() + (await stack.state());
      for (const line of APP.auth.privateKey.split("\n").filter((each) => each.length > 40))
        assert.ok(!seen.includes(line), line);
      assert.doesNotMatch(seen, /ghs_\w{30}/);
    });
  });

  it("shows GitHub's message about a wrong token", async () => {
    const other = await openGitHubStack({ token: "wrong" });
    try {
      await assert.rejects(other.up(webhook(["push"])), /401 Bad credentials/);
    } finally {
      await other.close();
    }
  });
});
