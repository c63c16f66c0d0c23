import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { OpMap } from "@pulumi/pulumi/automation/index.js";
import { appAuth } from "../../git-host/github/hooks.ts";
import { startLocalGitHub } from "../../sandbox/github/server.ts";
import type { App } from "../github-app.ts";
import { openInlineStack } from "./inline-stack.ts";

export const token = "planted-github-token";

/** A test's program. It receives the explicit provider for its resources. */
export type Program = (provider: github.Provider) => unknown;

export type GitHubStack = Awaited<ReturnType<typeof openGitHubStack>>;

/**
 * Opens an empty stack whose provider calls its own local GitHub. Pauses between calls, which the real GitHub needs, are off unless `args` set them.
 *
 * @param app what the provider authenticates as, instead of by a token
 */
export async function openGitHubStack(args: github.ProviderArgs = {}, app?: App) {
  const directory = await mkdtemp(join(tmpdir(), "kargo-fleet-github-"));
  const lines: string[] = [];
  const gitHub = await startLocalGitHub({
    directory,
    token,
    ...(app && { installedApp: app.installed }),
    owner: "acme",
    repositories: [{ name: "acme/nginx" }, { name: "acme/gitops", files: { "README.md": "# GitOps\n" } }],
    log: (line) => lines.push(line),
  });
  const stack = await openInlineStack<Program>("plugin", async (program) => {
    const given = {
      owner: "acme",
      baseUrl: gitHub.baseUrl,
      writeDelayMs: 0,
      retryDelayMs: 1,
      ...(app ? { appAuth: appAuth(app.auth, pulumi.secret(app.auth.privateKey)) } : { token }),
    };
    await program(new github.Provider("github", { ...given, ...args }));
  });
  const served = async (run: Promise<OpMap>): Promise<OpMap> => {
    const changes = await run;
    // The provider may accept a 404 of an unknown route as an answer, so it fails the test.
    if (lines.length > 0) throw new Error(lines.join("\n"));
    return changes;
  };
  return {
    gitHub,
    up: (next: Program) => served(stack.up(next)),
    preview: (next: Program) => served(stack.preview(next)),
    refresh: () => served(stack.refresh()),
    destroy: () => served(stack.destroy()),
    output: stack.output,
    state: stack.state,
    close: async () => {
      await gitHub.stop();
      await stack.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
