import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startLocalGitHub } from "../../../sandbox/github/server.ts";
import { catalogueOf } from "../../sources.ts";
import { type Ended, ended, fleetIn, kubectl, pulumiIn, start } from "../commands.ts";
import { sharedPrograms } from "../control-plane.ts";
import { engineEnvironment, engineFolder, readCheckpoint } from "../engine-environment.ts";
import { dynamicProvider } from "../fleet-program/dynamic-provider.ts";
import { kubeconfigFor } from "../kubeconfig.ts";
import { SECRETS_PROVIDER } from "../vault.ts";
import { apiServer } from "./api-server.ts";
import { type Descendant, end, familyOf } from "./family.ts";
import { config, prepare } from "./stack-setup.ts";
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

const TOKEN = "planted-github-token";
const KINDS =
  "namespaces,roles,rolebindings,projects.kargo.akuity.io,projectconfigs,warehouses,stages,freights,applications,appprojects";
/** A proxy between the engine and a server. */
export type Front = (url: string) => Promise<{ readonly url: string; close(): Promise<void> }>;

const none: Front = async (url) => ({ url, close: async () => {} });

export type InterruptibleFleet = Awaited<ReturnType<typeof openInterruptibleFleet>>;
/** The stack of one service. */
export type InterruptibleStack = Awaited<ReturnType<InterruptibleFleet["open"]>>;

/**
 * This repository's program with one small pipeline, an API server that may be killed, and counted creations. Each
 * stack has one service of the same name.
 * @param names of all services. Each has a repository, and may have a stack
 * @param front what requests to the API server and to GitHub pass first
 */
export async function openInterruptibleFleet(
  names: readonly string[],
  front: { readonly api?: Front; readonly github?: Front } = {},
) {
  const { path } = await sharedPrograms();
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
  const kubectlHere = (args: readonly string[], input?: string) => kubectl({ admin }, args, input);
  await prepare(kubectlHere);

  const count = new Count();
  const api = await tripwire(server.url, count, makesObject, { authorization: `Bearer ${server.token}` });
  const hooks = await tripwire(github.url, count, (method, url) => method === "POST" && /\/hooks$/.test(url));
  const fronts = [await (front.api ?? none)(api.url), await (front.github ?? none)(hooks.url)] as const;
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigFor(fronts[0].url));
  const environment: Record<string, string> = {
    ...(await engineEnvironment(path, folder)),
    GITHUB_BASE_URL: `${fronts[1].url}/`,
    GITHUB_TOKEN: TOKEN,
  };
  const provider = await dynamicProvider(folder, environment);
  environment.PATH = provider.path;
  const place = { folder, environment };
  const init = (name: string) =>
    pulumiIn(place, "stack", "init", name, "--secrets-provider", SECRETS_PROVIDER);
  const stackFile = (name: string) => join(folder, `Pulumi.${name}.yaml`);
  // The secrets of every stack.
  await init("first");
  const secret = ["--secret", "kargo-fleet:webhookMasterSecret", "planted"];
  await pulumiIn(place, "config", "set", ...secret, "--stack", "first");
  const secrets = await readFile(stackFile("first"), "utf8");
  await writeFile(join(folder, "services.json"), catalogueOf(names));
  const orphans: Descendant[] = [];

  const struckUp = async (stack: string, blow: Point | undefined): Promise<Ended> => {
    const args = ["up", "--yes", "--skip-preview", "--stack", stack, "--non-interactive"];
    const running = start(place, "pulumi", args);
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
    const done = await ended(running);
    count.set(undefined);
    return done;
  };

  /** Creates the empty stack of a service. */
  const open = async (name: string) => {
    /** Adds these keys to its stack file. */
    const configure = (keys: Readonly<Record<string, string>>) =>
      writeFile(stackFile(name), secrets.replace("config:\n", `config:\n${config(name, kubeconfig, keys)}`));
    await configure({});
    await init(name);
    const file = join(folder, `state/.pulumi/stacks/kargo-fleet/${name}.json`);
    const locks = join(folder, "state/.pulumi/locks/organization/kargo-fleet", name);
    return {
      /** The path of the checkpoint. */
      file,
      configure,
      /** Runs `pulumi up`, and kills a process at one of its creations. */
      up: (blow?: Point) => struckUp(name, blow),
      preview: (...args: readonly string[]) => pulumiIn(place, "preview", ...args, "--stack", name),
      fleet: (...args: readonly string[]) => fleetIn(place, ...args, "--stack", name),
      /** `Kind namespace/name` and uid of all objects of the service. */
      objects: () => objectsOf(name, kubectlHere),
      /** The ids of the hooks of its repository. */
      hooks: () => github.hooks(`acme/${name}`).map(({ id }) => String(id)),
      checkpoint: () => readCheckpoint(file),
      locks: () => readdir(locks).catch(() => [] as string[]),
      /** Locks the stack in the name of a process. */
      lock: async (lock: object) => {
        await mkdir(locks, { recursive: true });
        await writeFile(join(locks, "planted.json"), JSON.stringify(lock));
      },
    };
  };

  return {
    github,
    server,
    kubectl: kubectlHere,
    open,
    close: async () => {
      for (const { pid } of orphans) end(pid);
      await Promise.all(fronts.map(({ close }) => close()));
      await Promise.all([api.close(), hooks.close(), server.close(), github.stop(), provider.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
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
