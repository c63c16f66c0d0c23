import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as github from "@pulumi/github";
import {
  LocalWorkspace,
  type OpMap,
  PulumiCommand,
  type UpOptions,
} from "@pulumi/pulumi/automation/index.js";
import { type LocalGitHub, startLocalGitHub } from "../../sandbox/github/server.ts";
import { sharedPrograms } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";
import { inlineRun } from "./inline-run.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

export const token = "planted-github-token";

/** What a test's program gets: the explicit provider that every one of its resources names. */
export type Program = (provider: github.Provider) => unknown;

/** An empty stack of its own, whose provider calls a local GitHub of its own. */
export interface GitHubStack {
  readonly gitHub: LocalGitHub;
  /** Runs `pulumi up` and yields how many resources were created, updated, left the same, and so on. */
  up(program: Program): Promise<OpMap>;
  preview(program: Program): Promise<OpMap>;
  /** Runs `pulumi refresh`, without the program. */
  refresh(): Promise<OpMap>;
  /** Runs `pulumi destroy`, without the program. */
  destroy(): Promise<OpMap>;
  /** All that the last command printed. */
  output(): string;
  /** The text of the state file. */
  state(): Promise<string>;
  close(): Promise<void>;
}

/** Opens a stack. The waits between calls that are for the real GitHub are left out, unless `args` say otherwise. */
export async function openGitHubStack(args: github.ProviderArgs = {}): Promise<GitHubStack> {
  const { path } = await sharedPrograms();
  // The Automation API looks its CLI up by the PATH of this process, not by the stack's.
  process.env.PATH = path;
  const folder = await engineFolder("github");
  const lines: string[] = [];
  const gitHub = await startLocalGitHub({
    directory: join(folder, "github"),
    token,
    owner: "acme",
    repositories: [{ name: "acme/nginx" }, { name: "acme/gitops", files: { "README.md": "# GitOps\n" } }],
    log: (line) => lines.push(line),
  });
  let program: Program = () => undefined;
  const stack = await LocalWorkspace.createStack(
    {
      stackName: "test",
      projectName: "plugin",
      program: async () => {
        const given = { owner: "acme", token, baseUrl: gitHub.baseUrl, writeDelayMs: 0, retryDelayMs: 1 };
        await program(new github.Provider("github", { ...given, ...args }));
      },
    },
    {
      workDir: folder,
      pulumiCommand: await PulumiCommand.get(),
      secretsProvider: SECRETS_PROVIDER,
      envVars: await engineEnvironment(path, folder),
    },
  );
  // Each of these would run the CLI again, for what the events say already.
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  let printed = "";
  const run = async (command: (options: UpOptions) => Promise<unknown>, next?: Program): Promise<OpMap> => {
    program = next ?? program;
    const told = (text: string) => {
      printed = text;
    };
    const changes = await inlineRun(command, told);
    // A route that the provider calls and nobody serves is answered with 404, which it may well take for an answer.
    if (lines.length > 0) throw new Error(lines.join("\n"));
    return changes;
  };
  return {
    gitHub,
    up: async (next) => await run(async (options) => await stack.up(options), next),
    preview: async (next) => await run(async (options) => await stack.preview(options), next),
    refresh: async () => await run(async (options) => await stack.refresh(options)),
    destroy: async () => await run(async (options) => await stack.destroy(options)),
    output: () => printed,
    state: async () => await readFile(join(folder, "state/.pulumi/stacks/plugin/test.json"), "utf8"),
    close: async () => {
      await gitHub.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
