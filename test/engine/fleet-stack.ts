import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import type { RepositorySeed } from "../../sandbox/github/repositories.ts";
import { type LocalGitHub, startLocalGitHub } from "../../sandbox/github/server.ts";
import type { App } from "../github-app.ts";
import { BUILDS } from "../sources.ts";
import { administer } from "./administer.ts";
import { ended, start } from "./commands.ts";
import { definedControlPlane, type SharedControlPlane } from "./control-plane.ts";
import { engineEnvironment, engineFolder, readCheckpoint } from "./engine-environment.ts";
import { fleetCluster } from "./fleet-cluster.ts";
import { dynamicProvider } from "./fleet-program/dynamic-provider.ts";
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

/** The program calls GitHub as an App instead of by a token. */
export interface AsApp {
  readonly app: App;
  /** GitHub's clock, in milliseconds since 1970. */
  readonly now: () => number;
}

/** What a stack has from its beginning, besides repositories. */
interface Beginning {
  /** The keys of its file, as {@link FleetStack.writeConfig} takes them; default: no file. */
  readonly config?: Readonly<Record<string, string>>;
  /** The text of services.json; default: no such file. */
  readonly catalogue?: string;
  /** The files of the GitOps repository. */
  readonly gitops?: Readonly<Record<string, string>>;
  readonly repositories?: readonly RepositorySeed[];
  /** Default: a token. */
  readonly as?: AsApp;
}

/**
 * Opens an empty stack `test` with repositories for these services. One process runs its program for all commands;
 * `cli` starts a new one.
 */
export async function openFleetStack(
  services: readonly string[],
  { config, catalogue, gitops = { "README.md": "" }, repositories = [], as }: Beginning = {},
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
      ...repositories,
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
  const opened = fleetStack({ folder, github, kubeconfig, plane, secrets, environment, stack, provider });
  try {
    if (config) await opened.writeConfig(config);
    if (catalogue) await opened.writeCatalogue(catalogue);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
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
  readonly provider: Awaited<ReturnType<typeof dynamicProvider>>;
}

/** This repository's program as a separate stack, with a real API server and a local GitHub. */
export type FleetStack = ReturnType<typeof fleetStack>;

function fleetStack(parts: Parts) {
  const { stack, folder, github, kubeconfig, plane, secrets, environment } = parts;
  /** The output of the CLI and `fleet` in every run so far. */
  const traces: string[] = [];
  const program = programProcess(folder, environment);
  const traced = async <Done extends { readonly output: string }>(run: Promise<Done>): Promise<Done> => {
    const done = await run;
    traces.push(done.output);
    return done;
  };
  /** Runs a program in the folder. */
  const run = (file: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    traced(ended(start({ folder, environment: { ...environment, ...more } }, file, args)));
  /** Runs the real CLI as a user does, with the preview before an `up`. */
  const cli = (...args: readonly string[]) =>
    run("pulumi", [...args, "--stack", "test", "--non-interactive"]);
  const destroy = () => traced(program.run("destroy"));
  const stateFile = join(folder, "state/.pulumi/stacks/kargo-fleet/test.json");
  /** The engine's checkpoint file. */
  const state = () => readFile(stateFile, "utf8");
  return {
    ...fleetCluster(plane),
    github,
    /** The folder of the stack file and the catalogue, which is the working directory of `fleet` commands. */
    folder,
    /** The environment of commands in that folder. */
    environment,
    /** The administrator's kubeconfig, with the stack's context. */
    admin: plane.admin,
    /** The deployer's, which the stack uses. */
    kubeconfig,
    traces: traces as readonly string[],
    /**
     * Replaces the stack file; keys without prefix belong to this project. The administrator's guards follow it.
     * @param teams of the catalogue; default: the tests' own
     */
    writeConfig: async (keys: Readonly<Record<string, string>>, teams?: object) => {
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
      const text = secrets.replace("config:\n", `config:\n${lines.join("")}`);
      await writeFile(join(folder, "Pulumi.test.yaml"), text);
    },
    /** Replaces the catalogue. */
    writeCatalogue: (text: string) => writeFile(join(folder, "services.json"), text),
    /** Encrypts a secret of this project into the stack file. */
    setSecret: (key: string, value: string) => stack.setConfig(`kargo-fleet:${key}`, { value, secret: true }),
    preview: () => traced(program.run("preview")),
    up: () => traced(program.run("up")),
    refresh: () => traced(program.run("refresh")),
    destroy,
    cli,
    /** Runs the real CLI and returns the engine's events too, which `traces` does not have. */
    kept: async (...args: readonly string[]) => {
      const file = join(folder, "events.jsonl");
      const script = resolve(".github/scripts/with-events.sh");
      const done = await run(script, [file, ...args, "--stack", "test", "--non-interactive"]);
      return { ...done, events: await readFile(file, "utf8") };
    },
    /** Runs a `fleet` command in the project's folder. */
    fleet: (...args: readonly string[]) =>
      run("node", [resolve("fleet/main.ts"), ...args, "--stack", "test"]),
    /** Runs a script of this repository in the project's folder, with `fleet` available as in a checkout. */
    script: async (file: string, more: Readonly<Record<string, string>>) => {
      await symlink(resolve("fleet"), join(folder, "fleet")).catch(() => {});
      return run(resolve(file), [], { STACK: "test", ...more });
    },
    state,
    checkpoint: () => readCheckpoint(stateFile),
    /** Unprotects and destroys everything, and removes the stack. */
    close: async () => {
      if (/"urn":/.test(await state())) {
        await cli("state", "unprotect", "--all", "--yes");
        await destroy();
      }
      await program.close();
      await parts.provider.close();
      await github.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
