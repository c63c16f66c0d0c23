import assert from "node:assert/strict";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { provisioned } from "../../model/provisioned.ts";
import { newApp } from "../../test/github-app.ts";
import { playground, token } from "../../test/github-playground.ts";
import { catalogueText, planOf, service, stackText } from "../../test/sources.ts";
import { fleetCommand } from "./commands.ts";
import { eachFolder } from "./folder.ts";

const app = newApp();
const CATALOGUE = catalogueText({ nginx: service("nginx") });
const MOVED = { gitops: "{ repository: acme/gitops, path: 'apps/{service}' }" };
const SECURE = "{ secure: v1:abc }";
const { clientId, installationId } = app.auth;
const WITH_APP = stackText({
  ...MOVED,
  github: `{ owner: acme, app: { clientId: ${clientId}, installationId: "${installationId}" } }`,
  githubAppPrivateKey: SECURE,
});
const WITH_TOKEN = stackText({ ...MOVED, "github:token": SECURE });

const DRY_SEED = ["seed", "--stack", "test", "--dry-run"];

/** The commands that call GitHub, and what shows that GitHub has answered. */
const COMMANDS = [
  ["seed", ["seed", "--stack", "test"], /written to acme\/gitops, branch main, in commit/],
  ["seed --cluster", ["seed", "--cluster", "test", "--dry-run"], /missing in acme\/gitops/],
  ["move-values", ["move-values", "--stack", "test"], /3 values files in acme\/gitops|moved to acme\/gitops/],
  ["redeliver", ["redeliver", "--stack", "test"], /acme\/nginx \(nginx\): there is no hook for/],
  ["check --online", ["check", "--online", "test"], /^test: Not checked: namespaces\./m],
] as const;

describe("the identity of fleet's calls to GitHub", function () {
  this.timeout(60_000);
  const server = playground({ installedApp: app.installed });
  const folder = eachFolder({ "services.json": CATALOGUE });

  /** Runs a command beside an engine that decrypts this secret; undefined if it cannot. */
  async function run(stack: string, args: readonly string[], secret: string | undefined, env = {}) {
    await folder.write("Pulumi.test.yaml", stack);
    await folder.write("secret", secret ?? "");
    const outputs = { provisioned: { ...provisioned(planOf(CATALOGUE)), hooksOff: [] } };
    await folder.write("outputs", JSON.stringify(outputs));
    const secrets = secret === undefined ? "exit 1" : "cat secret";
    await folder.write("bin/pulumi", `#!/bin/sh\ncase $1 in config) ${secrets};; *) cat outputs;; esac\n`);
    await chmod(join(folder.path, "bin/pulumi"), 0o755);
    const PATH = `${join(folder.path, "bin")}:${process.env.PATH}`;
    const { baseUrl: GITHUB_BASE_URL } = server().github;
    return await fleetCommand(args, folder.path, { PATH, GITHUB_BASE_URL, GITHUB_TOKEN: "", ...env });
  }
  const requests = () => server().github.requests();
  const isRefused = () => requests().some(({ status }) => status === 401);
  const asksForToken = () => requests().some(({ path }) => path.endsWith("/access_tokens"));

  for (const [name, args, answered] of COMMANDS) {
    it(`is the stack's GitHub App: ${name}`, async () => {
      const { stdout, stderr } = await run(WITH_APP, args, app.auth.privateKey);
      assert.match(stdout + stderr, answered);
      assert.ok(asksForToken(), "the App requests a token");
      assert.ok(!isRefused());
    });

    it(`is the stack's token: ${name}`, async () => {
      const { stdout, stderr } = await run(WITH_TOKEN, args, token, { GITHUB_TOKEN: "another" });
      assert.match(stdout + stderr, answered);
      assert.ok(requests().length > 0 && !isRefused());
    });
  }

  it("is GITHUB_TOKEN if the engine cannot decrypt the stack's, and one line says so", async () => {
    for (const [stack, key] of [
      [WITH_APP, "kargo-fleet:githubAppPrivateKey"],
      [WITH_TOKEN, "github:token"],
    ] as const) {
      const { exitCode, stderr } = await run(stack, DRY_SEED, undefined, { GITHUB_TOKEN: token });
      assert.ok(
        stderr.startsWith(
          `The engine does not decrypt ${key} of test here: pulumi config get ${key} shows why.\n`,
        ),
        stderr,
      );
      assert.equal(exitCode, 2, stderr);
    }
  });

  it("does not run the engine for a stack with neither", async () => {
    const { exitCode, stderr } = await run(stackText(MOVED), DRY_SEED, "wrong", { GITHUB_TOKEN: token });
    assert.equal(exitCode, 2, stderr);
    assert.ok(!isRefused());
  });
});
