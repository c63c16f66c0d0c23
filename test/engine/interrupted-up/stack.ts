import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { permissiveDefinition } from "../../../sandbox/crds/permissive.ts";
import { RELEASES } from "../../../sandbox/crds/releases.ts";
import { type LocalGitHub, startLocalGitHub } from "../../../sandbox/github/server.ts";
import { catalogueText, service } from "../../sources.ts";
import { sharedPrograms } from "../control-plane.ts";
import { type ApiServer, apiServer } from "../stand-in-program/api-server.ts";
import { type Descendant, end, familyOf } from "./family.ts";
import { type Blow, Count, type Moment, tripwire } from "./tripwire.ts";

/** What dies in the middle of an `up`. */
export type Victim = "engine" | "program" | "plugin" | "API server";

/** Where an `up` is interrupted. */
export interface Point {
  readonly victim: Victim;
  /** Only what is made for this service counts. */
  readonly service: string;
  /** At which creation, from 1. */
  readonly at: number;
  readonly moment: Moment;
}

/** What a command printed, and how it ended. */
export interface Ended {
  readonly output: string;
  readonly stdout: string;
  readonly code: number | undefined;
}

/** The state of the stack as the file backend has it. */
export interface Checkpoint {
  readonly resources: readonly { urn: string; type: string; id?: string; outputs?: { kind?: unknown } }[];
  readonly pending: readonly { type: string; resource: { urn: string } }[];
}

/**
 * The program of this repository as a stack of its own, with one small pipeline, an API server that may die, and
 * counted creations.
 */
export interface InterruptibleStack {
  readonly github: LocalGitHub;
  readonly server: ApiServer;
  /** Where the project is. */
  readonly folder: string;
  /** The catalogue is these services, and no others. */
  list(names: readonly string[]): Promise<void>;
  /** `pulumi up`, with a blow at one of its creations. */
  up(blow?: Point): Promise<Ended>;
  pulumi(...args: readonly string[]): Promise<Ended>;
  fleet(...args: readonly string[]): Promise<Ended>;
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** `Kind namespace/name` and uid of everything that a service has. */
  objects(): Promise<ReadonlyMap<string, string>>;
  checkpoint(): Promise<Checkpoint>;
  locks(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const TOKEN = "planted-github-token";
const NAMED = ["Project", "ProjectConfig", "Warehouse", "Stage", "Freight", "Application", "AppProject"];
const KINDS =
  "namespaces,roles,rolebindings,projects.kargo.akuity.io,projectconfigs,warehouses,stages,freights,applications,appprojects";
const PROGRAM = [
  "index.ts",
  "model",
  "manifests",
  "components",
  "node_modules",
  "package.json",
  "Pulumi.yaml",
];

/** @param names of all services there may ever be: each has its repository */
export async function openInterruptibleStack(names: readonly string[]): Promise<InterruptibleStack> {
  const { path, programs } = await sharedPrograms();
  const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-interrupted-"));
  await mkdir(join(folder, "state"));
  for (const part of PROGRAM) await symlink(resolve(part), join(folder, part));
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
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, through(api.url));
  const environment = {
    PATH: path,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_HOME: join(folder, "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    GITHUB_BASE_URL: `${hooks.url}/`,
    GITHUB_TOKEN: TOKEN,
  };
  const options = { cwd: folder, env: environment, reject: false, all: true } as const;
  const pulumi = async (...args: readonly string[]): Promise<Ended> => {
    const { all, stdout, exitCode } = await execa("pulumi", [...args, "--non-interactive"], options);
    return { output: all, stdout, code: exitCode };
  };
  await pulumi("stack", "init", "test");
  await pulumi("config", "set", "--secret", "kargo-fleet:webhookMasterSecret", "planted", "--stack", "test");
  await writeConfig(folder, kubeconfig);
  const orphans: Descendant[] = [];

  const self: InterruptibleStack = {
    github,
    server,
    folder,
    kubectl,
    pulumi: (...args) => pulumi(...args, "--stack", "test"),
    list: (some) =>
      writeFile(
        join(folder, "services.json"),
        catalogueText(Object.fromEntries(some.map((name) => [name, service(name)]))),
      ),
    up: async (blow) => {
      const running = execa(
        "pulumi",
        ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", "test"],
        options,
      );
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
        strike: () => strike(blow.victim),
        answered: blow.victim === "program",
      };
      count.set(set);
      const { all, stdout, exitCode } = await running;
      count.set(undefined);
      return { output: all, stdout, code: exitCode };
    },
    fleet: async (...args) => {
      const program = resolve("fleet/main.ts");
      const { all, stdout, exitCode } = await execa("node", [program, ...args, "--stack", "test"], options);
      return { output: all, stdout, code: exitCode };
    },
    objects: async () => {
      const { items } = JSON.parse(await kubectl(["get", KINDS, "-A", "-o", "json"])) as {
        items: { kind: string; metadata: { name: string; namespace?: string; uid: string } }[];
      };
      const found = items.flatMap(({ kind, metadata: { name, namespace, uid } }): [string, string][] =>
        namespace === "argocd" || (namespace ?? name).startsWith("kargo-")
          ? [[`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`, uid]]
          : [],
      );
      return new Map(found.sort(([one], [other]) => (one < other ? -1 : 1)));
    },
    checkpoint: async () => {
      const text = await readFile(join(folder, "state/.pulumi/stacks/kargo-fleet/test.json"), "utf8");
      const { checkpoint } = JSON.parse(text) as {
        checkpoint: {
          latest?: { resources?: Checkpoint["resources"]; pending_operations?: Checkpoint["pending"] };
        };
      };
      return {
        resources: checkpoint.latest?.resources ?? [],
        pending: checkpoint.latest?.pending_operations ?? [],
      };
    },
    locks: () =>
      readdir(join(folder, "state/.pulumi/locks/organization/kargo-fleet/test")).catch(() => [] as string[]),
    close: async () => {
      for (const { pid } of orphans) end(pid);
      await Promise.all([api.close(), hooks.close(), server.close(), github.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return self;
}

function makesObject(method: string, url: string): boolean {
  return method === "POST" && !url.includes("dryRun") && !url.includes("selfsubject");
}

/** The program is Node on Pulumi's own runner, the plugin the one that speaks to the API server. */
function is(victim: "program" | "plugin", command: string): boolean {
  return victim === "program"
    ? /cmd\/run(\/index\.js)?( |$)/.test(command)
    : /pulumi-resource-kubernetes/.test(command);
}

async function prepare(kubectl: (args: readonly string[], input?: string) => Promise<string>): Promise<void> {
  const definitions = RELEASES.flatMap((release) =>
    release.definitions
      .filter(({ kind }) => NAMED.includes(kind))
      .map((definition) => permissiveDefinition(release, definition)),
  );
  const namespace = JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } });
  await kubectl(["create", "-f", "-"], [...definitions, namespace].join("\n---\n"));
  await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
}

/** Without credentials: the tripwire adds them. */
function through(server: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  });
}

async function writeConfig(folder: string, kubeconfig: string): Promise<void> {
  const file = join(folder, "Pulumi.test.yaml");
  const lines = {
    cluster: `{ name: test, context: test, kubeconfig: ${JSON.stringify(kubeconfig)} }`,
    registry: "registry.example",
    gitops: "{ repository: acme/gitops }",
    github: "{ owner: acme }",
    webhooks: '{ url: "https://hooks.acme.example" }',
    access: "{ deployer: kargo-fleet-deployer }",
    pipelines: "{ standard: [{ stage: dev, promotion: auto, sync: auto }] }",
    platform: "false",
  };
  const ours = Object.entries(lines).map(([key, value]) => `  kargo-fleet:${key}: ${value}\n`);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("config:\n", `config:\n${ours.join("")}`));
}
