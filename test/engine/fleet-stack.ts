import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import type { RepositorySeed } from "../../sandbox/github/repositories.ts";
import { type LocalGitHub, startLocalGitHub } from "../../sandbox/github/server.ts";
import type { App } from "../github-app.ts";
import { BUILDS } from "../sources.ts";
import { administer } from "./administer.ts";
import { definedControlPlane, type SharedControlPlane } from "./control-plane.ts";
import { engineEnvironment, engineFolder } from "./engine-environment.ts";
import { type FleetCluster, fleetCluster } from "./fleet-cluster.ts";
import { type DynamicProvider, dynamicProvider } from "./fleet-program/dynamic-provider.ts";
import type { EngineCommand, Run } from "./fleet-program/engine-commands.ts";
import { programProcess } from "./fleet-program/program-process.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

export type { Run } from "./fleet-program/engine-commands.ts";

export const TOKEN = "planted-github-token";
export const MASTER_SECRET = "planted-master-secret";
export const PASSWORDS = {
  gitPassword: "planted-git-password",
  gitAppPrivateKey: "planted-private-key",
  imagePassword: "planted-image-password",
};

/** This repository's program as a separate stack, with a real API server and a local GitHub. */
export interface FleetStack extends FleetCluster {
  readonly github: LocalGitHub;
  /** The folder of the stack file and the catalogue, which is the working directory of `fleet` commands. */
  readonly folder: string;
  /** The environment of commands in that folder. */
  readonly environment: Readonly<Record<string, string>>;
  /** The administrator's kubeconfig, with the stack's context. */
  readonly admin: string;
  /** The output of the CLI and `fleet` in every run so far. */
  readonly traces: readonly string[];
  /** Replaces the catalogue. */
  writeCatalogue(text: string): Promise<void>;
  /**
   * Replaces the stack file; keys without prefix belong to this project. The administrator's guards follow it.
   * @param teams of the catalogue; default: the tests' own
   */
  writeConfig(keys: Readonly<Record<string, string>>, teams?: object): Promise<void>;
  /** Encrypts a secret of this project into the stack file. */
  setSecret(key: string, value: string): Promise<void>;
  preview(): Promise<Run>;
  up(): Promise<Run>;
  refresh(): Promise<Run>;
  /** Runs the real CLI as a user does, with the preview before an `up`. */
  cli(...args: readonly string[]): Promise<Pick<Run, "output" | "failed">>;
  /** The same, with the events that with-events.sh keeps; these are not part of `traces`. */
  kept(...args: readonly string[]): Promise<Pick<Run, "output" | "failed"> & { readonly events: string }>;
  /** Runs a `fleet` command in the project's folder. */
  fleet(...args: readonly string[]): Promise<{ readonly output: string; readonly code: number | undefined }>;
  /** Runs a script of this repository in the project's folder, with `fleet` available as in a checkout. */
  script(
    file: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ readonly output: string; readonly code: number | undefined }>;
  destroy(): Promise<Run>;
  kubeconfig: string;
  /** The engine's checkpoint file. */
  state(): Promise<string>;
  /** Unprotects and destroys everything, and removes the stack. */
  close(): Promise<void>;
}

/** The program calls GitHub as an App instead of by a token. */
export interface AsApp {
  readonly app: App;
  /** GitHub's clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Opens an empty stack `test` with repositories for these services, and these files in the GitOps repository. One
 * process runs its program for all commands; `cli` starts a new one.
 */
export async function openFleetStack(
  services: readonly string[],
  gitops: Readonly<Record<string, string>> = { "README.md": "" },
  more: readonly RepositorySeed[] = [],
  as?: AsApp,
): Promise<FleetStack> {
  const plane = await definedControlPlane();
  // The Automation API finds its CLI on this process's PATH, not on the stack's.
  process.env.PATH = plane.path;
  const folder = await engineFolder("stack", true);
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, await readFile(plane.deployer, "utf8"), { mode: 0o600 });
  const github = await startLocalGitHub({
    directory: join(folder, "github"),
    token: TOKEN,
    ...(as && { installedApp: as.app.installed, now: as.now }),
    owner: "acme",
    repositories: [
      ...services.map((name) => ({ name: `acme/${name}` })),
      { name: "acme/gitops", files: gitops },
      ...more,
    ],
  });
  const environment: Record<string, string> = {
    ...(await engineEnvironment(plane.path, folder)),
    GITHUB_BASE_URL: github.baseUrl,
  };
  const provider = await dynamicProvider(folder, environment);
  environment.PATH = provider.path;
  const stack = await LocalWorkspace.createStack(
    { stackName: "test", workDir: folder },
    { envVars: environment, secretsProvider: SECRETS_PROVIDER },
  );
  await stack.setAllConfig({
    ...(as
      ? { "kargo-fleet:githubAppPrivateKey": { value: as.app.auth.privateKey, secret: true } }
      : { "github:token": { value: TOKEN, secret: true } }),
    "kargo-fleet:webhookMasterSecret": { value: MASTER_SECRET, secret: true },
    ...Object.fromEntries(
      Object.entries(PASSWORDS).map(([key, value]) => [`kargo-fleet:${key}`, { value, secret: true }]),
    ),
  });
  const secrets = await readFile(join(folder, "Pulumi.test.yaml"), "utf8");
  return fleetStack({ folder, github, kubeconfig, plane, secrets, environment, stack, provider });
}

interface Parts {
  readonly stack: Stack;
  readonly folder: string;
  readonly github: LocalGitHub;
  readonly kubeconfig: string;
  readonly plane: SharedControlPlane;
  /** The stack file with only its encrypted secrets. */
  readonly secrets: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly provider: DynamicProvider;
}

function fleetStack(parts: Parts): FleetStack {
  const { stack, folder, github, kubeconfig, plane, secrets, environment } = parts;
  const writeConfig = async (keys: Readonly<Record<string, string>>, teams?: object) => {
    const all: Record<string, string> = {
      cluster: `{ name: test, context: sandbox, kubeconfig: ${JSON.stringify(kubeconfig)} }`,
      registry: "registry.example",
      gitops: "{ repository: acme/gitops }",
      github: "{ owner: acme }",
      webhooks: '{ url: "https://hooks.acme.example", groups: 2 }',
      builds: BUILDS,
      access: "{ deployer: kargo-fleet-deployer, breakGlass: break-glass }",
      credentials: "{ git: { username: kargo }, image: { username: reader } }",
      ...keys,
    };
    const lines = Object.entries(all).map(([key, value]) => `  kargo-fleet:${key}: ${value}\n`);
    await administer(plane.admin, all, teams);
    await writeFile(
      join(folder, "Pulumi.test.yaml"),
      secrets.replace("config:\n", `config:\n${lines.join("")}`),
    );
  };
  const traces: string[] = [];
  const program = programProcess(folder, environment);
  const traced = async (command: EngineCommand) => {
    const done = await program.run(command);
    traces.push(done.output);
    return done;
  };
  /** Runs a program in the folder, and keeps what it prints. */
  const run = async (file: string, args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    const env = { ...environment, ...more };
    const { all, exitCode, failed } = await execa(file, args, { cwd: folder, env, reject: false, all: true });
    traces.push(all);
    return { output: all, code: exitCode, failed };
  };
  const self: FleetStack = {
    ...fleetCluster(plane),
    github,
    folder,
    environment,
    admin: plane.admin,
    traces,
    kubeconfig,
    writeConfig,
    writeCatalogue: (text) => writeFile(join(folder, "services.json"), text),
    setSecret: (key, value) => stack.setConfig(`kargo-fleet:${key}`, { value, secret: true }),
    preview: () => traced("preview"),
    up: () => traced("up"),
    refresh: () => traced("refresh"),
    destroy: () => traced("destroy"),
    fleet: async (...args) => {
      const { output, code } = await run("node", [resolve("fleet/main.ts"), ...args, "--stack", "test"]);
      return { output, code };
    },
    script: async (file, more) => {
      await symlink(resolve("fleet"), join(folder, "fleet")).catch(() => {});
      const { output, code } = await run(resolve(file), [], { STACK: "test", ...more });
      return { output, code };
    },
    cli: async (...args) => {
      const { output, failed } = await run("pulumi", [...args, "--stack", "test", "--non-interactive"]);
      return { output, failed };
    },
    kept: async (...args) => {
      const file = join(folder, "events.jsonl");
      const script = resolve(".github/scripts/with-events.sh");
      const { output, failed } = await run(script, [file, ...args, "--stack", "test", "--non-interactive"]);
      return { output, failed, events: await readFile(file, "utf8") };
    },
    state: () => readFile(join(folder, "state/.pulumi/stacks/kargo-fleet/test.json"), "utf8"),
    close: async () => {
      if (/"urn":/.test(await self.state())) {
        await self.cli("state", "unprotect", "--all", "--yes");
        await self.destroy();
      }
      await program.close();
      await parts.provider.close();
      await github.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return self;
}
