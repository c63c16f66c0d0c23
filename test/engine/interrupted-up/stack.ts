import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { type LocalGitHub, startLocalGitHub } from "../../../sandbox/github/server.ts";
import { catalogueText, service } from "../../sources.ts";
import { sharedPrograms } from "../control-plane.ts";
import { engineEnvironment, engineFolder } from "../engine-environment.ts";
import { dynamicProvider } from "../fleet-program/dynamic-provider.ts";
import { SECRETS_PROVIDER } from "../vault.ts";
import { type ApiServer, apiServer } from "./api-server.ts";
import { type Descendant, end, familyOf } from "./family.ts";
import { config, prepare, through } from "./stack-setup.ts";
import { type Blow, Count, type Moment, tripwire } from "./tripwire.ts";

/** The process that is killed during an `up`. */
export type Victim = "engine" | "program" | "plugin" | "API server";

/** The point at which an `up` is interrupted. */
export interface Point {
  readonly victim: Victim;
  /** The number of the creation, from 1. */
  readonly at: number;
  readonly moment: Moment;
}

/** The output and exit of a command. */
export interface Ended {
  readonly output: string;
  readonly stdout: string;
  readonly code: number | undefined;
}

/** The stack's state in the file backend. */
export interface Checkpoint {
  readonly resources: readonly { urn: string; type: string; id?: string; outputs?: { kind?: unknown } }[];
  readonly pending: readonly { type: string; resource: { urn: string } }[];
}

/**
 * This repository's program with one small pipeline, an API server that may be killed, and counted creations. Each
 * stack has one service of the same name.
 */
export interface InterruptibleFleet {
  readonly github: LocalGitHub;
  readonly server: ApiServer;
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Creates the empty stack of a service. */
  open(service: string): Promise<InterruptibleStack>;
  close(): Promise<void>;
}

/** The stack of one service. */
export interface InterruptibleStack {
  /** Runs `pulumi up`, and kills a process at one of its creations. */
  up(blow?: Point): Promise<Ended>;
  preview(...args: readonly string[]): Promise<Ended>;
  fleet(...args: readonly string[]): Promise<Ended>;
  /** `Kind namespace/name` and uid of all objects of the service. */
  objects(): Promise<ReadonlyMap<string, string>>;
  /** The ids of the hooks of its repository. */
  hooks(): readonly string[];
  /** Adds these keys to its stack file. */
  configure(keys: Readonly<Record<string, string>>): Promise<void>;
  checkpoint(): Promise<Checkpoint>;
  /** The path of the checkpoint. */
  readonly file: string;
  locks(): Promise<readonly string[]>;
  /** Locks the stack in the name of a process. */
  lock(lock: object): Promise<void>;
}

const TOKEN = "planted-github-token";
const KINDS =
  "namespaces,roles,rolebindings,projects.kargo.akuity.io,projectconfigs,warehouses,stages,freights,applications,appprojects";
/** A proxy between the engine and a server. */
export type Front = (url: string) => Promise<{ readonly url: string; close(): Promise<void> }>;

const none: Front = async (url) => ({ url, close: async () => {} });

/**
 * @param names of all services. Each has a repository, and may have a stack
 * @param front what requests to the API server and to GitHub pass first
 */
export async function openInterruptibleFleet(
  names: readonly string[],
  front: { readonly api?: Front; readonly github?: Front } = {},
): Promise<InterruptibleFleet> {
  const { path, programs } = await sharedPrograms();
  const folder = await engineFolder("interrupted", true);
  const github = await startLocalGitHub({
    directory: join(folder, "github"),
    token: TOKEN,
    owner: "acme",
    repositories: [
      ...names.map((name) => ({ name: `acme/${name}` })),
      { name: "acme/gitops", files: { "README.md": "" } },
    ],
  });
  const server = await apiServer();
  const admin = join(folder, "admin.kubeconfig");
  await writeFile(admin, server.kubeconfig);
  const kubectl = async (args: readonly string[], input = "") =>
    (await execa(programs.kubectl, ["--kubeconfig", admin, ...args], { input })).stdout;
  await prepare(kubectl);

  const count = new Count();
  const api = await tripwire(server.url, count, makesObject, { authorization: `Bearer ${server.token}` });
  const hooks = await tripwire(github.url, count, (method, url) => method === "POST" && /\/hooks$/.test(url));
  const fronts = [await (front.api ?? none)(api.url), await (front.github ?? none)(hooks.url)] as const;
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, through(fronts[0].url));
  const environment: Record<string, string> = {
    ...(await engineEnvironment(path, folder)),
    GITHUB_BASE_URL: `${fronts[1].url}/`,
    GITHUB_TOKEN: TOKEN,
  };
  const provider = await dynamicProvider(folder, environment);
  environment.PATH = provider.path;
  const options = { cwd: folder, env: environment, reject: false, all: true } as const;
  const pulumi = (...args: readonly string[]) => execa("pulumi", [...args, "--non-interactive"], options);
  const init = (name: string) => pulumi("stack", "init", name, "--secrets-provider", SECRETS_PROVIDER);
  const stackFile = (name: string) => join(folder, `Pulumi.${name}.yaml`);
  // The secrets of every stack.
  await init("first");
  await pulumi("config", "set", "--secret", "kargo-fleet:webhookMasterSecret", "planted", "--stack", "first");
  const secrets = await readFile(stackFile("first"), "utf8");
  await writeFile(
    join(folder, "services.json"),
    catalogueText(Object.fromEntries(names.map((name) => [name, service(name)]))),
  );
  const orphans: Descendant[] = [];

  const struckUp = async (stack: string, blow: Point | undefined): Promise<Ended> => {
    const running = pulumi("up", "--yes", "--skip-preview", "--stack", stack);
    const strike = (victim: Victim) => {
      const family = familyOf(running.pid ?? 0);
      if (victim === "engine") {
        orphans.push(...family);
        end(running.pid ?? 0);
      } else if (victim === "API server") server.signal("SIGKILL");
      else for (const { pid } of family.filter(({ command }) => is(victim, command))) end(pid);
    };
    const set: Blow | undefined = blow && {
      ...blow,
      service: stack,
      strike: () => strike(blow.victim),
      answered: blow.victim === "program",
    };
    count.set(set);
    const done = ended(await running);
    count.set(undefined);
    return done;
  };

  const open = async (name: string): Promise<InterruptibleStack> => {
    const configure = (keys: Readonly<Record<string, string>>) =>
      writeFile(stackFile(name), secrets.replace("config:\n", `config:\n${config(name, kubeconfig, keys)}`));
    await configure({});
    await init(name);
    const file = join(folder, `state/.pulumi/stacks/kargo-fleet/${name}.json`);
    const locks = join(folder, "state/.pulumi/locks/organization/kargo-fleet", name);
    return {
      file,
      configure,
      up: (blow) => struckUp(name, blow),
      preview: async (...args) => ended(await pulumi("preview", ...args, "--stack", name)),
      fleet: async (...args) =>
        ended(await execa("node", [resolve("fleet/main.ts"), ...args, "--stack", name], options)),
      objects: () => objectsOf(name, kubectl),
      hooks: () => github.hooks(`acme/${name}`).map(({ id }) => String(id)),
      checkpoint: async () => {
        const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as {
          checkpoint: {
            latest?: { resources?: Checkpoint["resources"]; pending_operations?: Checkpoint["pending"] };
          };
        };
        return {
          resources: checkpoint.latest?.resources ?? [],
          pending: checkpoint.latest?.pending_operations ?? [],
        };
      },
      locks: () => readdir(locks).catch(() => [] as string[]),
      lock: async (lock) => {
        await mkdir(locks, { recursive: true });
        await writeFile(join(locks, "planted.json"), JSON.stringify(lock));
      },
    };
  };

  return {
    github,
    server,
    kubectl,
    open,
    close: async () => {
      for (const { pid } of orphans) end(pid);
      await Promise.all(fronts.map(({ close }) => close()));
      await Promise.all([api.close(), hooks.close(), server.close(), github.stop(), provider.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ended({ all = "", stdout, exitCode }: { all?: string; stdout: string; exitCode?: number }): Ended {
  return { output: all, stdout, code: exitCode };
}

async function objectsOf(
  service: string,
  kubectl: (args: readonly string[]) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const { items } = JSON.parse(await kubectl(["get", KINDS, "-A", "-o", "json"])) as {
    items: { kind: string; metadata: { name: string; namespace?: string; uid: string } }[];
  };
  const found = items.flatMap(({ kind, metadata: { name, namespace, uid } }): [string, string][] => {
    const own =
      namespace === "argocd"
        ? [service, `${service}-dev`].includes(name)
        : `kargo-${service}` === (namespace ?? name);
    return own ? [[`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`, uid]] : [];
  });
  return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
}

function makesObject(method: string, url: string): boolean {
  return method === "POST" && !url.includes("dryRun") && !url.includes("selfsubject");
}

/** The program is Node with Pulumi's runner; the plugin is the Kubernetes provider. */
function is(victim: "program" | "plugin", command: string): boolean {
  return victim === "program"
    ? /cmd\/run(\/index\.js)?( |$)/.test(command)
    : /pulumi-resource-kubernetes/.test(command);
}
