import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { catalogueText, service } from "../sources.ts";
import { type AsApp, type FleetStack, openFleetStack } from "./fleet-stack.ts";
import { end, familyOf } from "./interrupted-up/family.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

/** What a `fleet` command printed, and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly output: string;
  readonly code: number | undefined;
}

/** One cluster with two stacks: `test`, which has the shared objects, and `test-2`. */
export interface TwoStacks
  extends Pick<FleetStack, "folder" | "github" | "objects" | "live" | "get" | "admin"> {
  /** Replaces both stack files. */
  configure(keys?: Readonly<Record<string, string>>): Promise<void>;
  /** Replaces the catalogue: services and what their entries have more. */
  list(services: Readonly<Record<string, object>>): Promise<void>;
  fleet(...args: readonly string[]): Promise<Ended>;
  /** Begins `fleet up`. @param kilobytes the largest file that any of its processes may write */
  begin(args: readonly string[], kilobytes?: number): Running;
  pulumi(...args: readonly string[]): Promise<Ended>;
  /** Writes an object's status, as Kargo's controller. */
  setStatus(kind: string, name: string, namespace: string, status: object): Promise<void>;
  /** The path of a stack's state. */
  stateFile(stack: string): string;
  state(stack: string): Promise<State>;
  locks(stack: string): Promise<readonly string[]>;
  /** Locks a stack in the name of a process; the returned function removes the lock. */
  lock(stack: string, by: { readonly pid: number; readonly hostname: string }): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface State {
  readonly resources: readonly {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly outputs?: { readonly kind?: unknown };
  }[];
  readonly pending: number;
}

/** A command that has not ended yet. */
export interface Running {
  /** Resolves when it has printed a text. */
  said(text: RegExp): Promise<void>;
  /** Does what Ctrl-C does. */
  interrupt(): void;
  /** Kills it with all its processes. */
  kill(): Promise<void>;
  readonly ended: Promise<Ended>;
}

const PIPELINES = "{ standard: [{ stage: dev, promotion: auto, sync: auto }] }";
const WAVES = "waves: [{ labels: { tier: canary } }]";

/** Opens the stacks, empty, with repositories for these services. */
export async function openTwoStacks(services: readonly string[], as?: AsApp): Promise<TwoStacks> {
  const stack = await openFleetStack(services, undefined, undefined, as);
  const { folder, environment } = stack;
  const options = { cwd: folder, env: environment, reject: false, all: true } as const;
  const pulumi = (...args: readonly string[]) =>
    execa("pulumi", [...args, "--non-interactive"], options).then(ended);
  await pulumi("stack", "init", "test-2", "--secrets-provider", SECRETS_PROVIDER);
  const stateFile = (name: string) => join(folder, "state/.pulumi/stacks/kargo-fleet", `${name}.json`);
  const locksOf = (name: string) => join(folder, "state/.pulumi/locks/organization/kargo-fleet", name);
  const locks = (name: string) => readdir(locksOf(name)).catch(() => []);
  return {
    ...stack,
    configure: async (keys = {}) => {
      const shard = (index: number) => `{ ${WAVES}, shard: { index: ${index}, of: 2 } }`;
      await stack.writeConfig({ protect: "false", pipelines: PIPELINES, rollout: shard(1), ...keys });
      const first = await readFile(join(folder, "Pulumi.test.yaml"), "utf8");
      const second = first
        .replace(shard(1), shard(2))
        .replace("config:\n", "config:\n  kargo-fleet:platform: false\n");
      await writeFile(join(folder, "Pulumi.test-2.yaml"), second);
    },
    list: (entries) =>
      stack.writeCatalogue(
        catalogueText(
          Object.fromEntries(Object.entries(entries).map(([name, more]) => [name, service(name, more)])),
        ),
      ),
    fleet: async (...args) => ended(await execa("node", [resolve("fleet/main.ts"), ...args], options)),
    begin: (args, kilobytes) => {
      const limit = kilobytes === undefined ? "" : `trap '' XFSZ; ulimit -f ${kilobytes}; `;
      const command = `${limit}exec node ${resolve("fleet/main.ts")} up ${args.join(" ")}`;
      const child = execa("bash", ["-c", command], options);
      return running(child, child.then(ended));
    },
    pulumi,
    setStatus: async (kind, name, namespace, status) => {
      const patch = JSON.stringify({ status: Object.keys(status).length === 0 ? null : status });
      const by = ["--as=system:serviceaccount:kargo:kargo-controller", "--as-group=system:masters"];
      const place = [
        "--kubeconfig",
        stack.admin,
        ...by,
        "-n",
        namespace,
        "--subresource=status",
        "--type=merge",
      ];
      await execa("kubectl", ["patch", kind, name, ...place, "-p", patch], { env: environment });
    },
    stateFile,
    state: async (name) => {
      const { checkpoint } = JSON.parse(await readFile(stateFile(name), "utf8"));
      return {
        resources: checkpoint.latest?.resources ?? [],
        pending: checkpoint.latest?.pending_operations?.length ?? 0,
      };
    },
    locks,
    lock: async (name, by) => {
      await mkdir(locksOf(name), { recursive: true });
      const file = join(locksOf(name), "planted.json");
      const owner = { ...by, username: "alice", timestamp: new Date().toISOString() };
      await writeFile(file, JSON.stringify(owner));
      return () => rm(file);
    },
    close: async () => {
      await pulumi("destroy", "--stack", "test-2", "--yes", "--skip-preview");
      await stack.close();
    },
  };
}

interface Child {
  readonly pid?: number | undefined;
  readonly all: Readable;
  on(event: "exit", listener: () => void): unknown;
}

function running(child: Child, whole: Promise<Ended>): Running {
  let text = "";
  child.all.on("data", (chunk) => {
    text += String(chunk);
  });
  return {
    said: (wanted) =>
      new Promise((done, fail) => {
        const look = () => {
          if (wanted.test(text)) done();
        };
        look();
        child.all.on("data", look);
        child.on("exit", () => (wanted.test(text) ? done() : fail(new Error(`it ended before: ${text}`))));
      }),
    interrupt: () => void process.kill(child.pid ?? 0, "SIGINT"),
    kill: async () => {
      const family = familyOf(child.pid ?? 0);
      end(child.pid ?? 0);
      for (const { pid } of family) end(pid);
      await whole;
    },
    ended: whole,
  };
}

function ended(result: { all?: unknown; stdout?: unknown; exitCode?: number | undefined }): Ended {
  return { output: String(result.all), stdout: String(result.stdout), code: result.exitCode };
}
