import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { catalogueOf } from "../sources.ts";
import { ended, fleetIn, kubectl, pulumiIn, start } from "./commands.ts";
import { readCheckpoint } from "./engine-environment.ts";
import { type AsApp, openFleetStack } from "./fleet-stack.ts";
import { end, familyOf } from "./interrupted-up/family.ts";
import { SECRETS_PROVIDER } from "./vault.ts";

/** What `fleet up --json` prints. */
export interface Printed {
  readonly outcome: string;
  readonly waves: readonly {
    readonly name: string;
    readonly stops: readonly string[];
    readonly skipped: readonly string[];
    readonly notBegun: readonly string[];
    readonly runs: readonly { readonly stack: string; readonly outcome: string; readonly changes: string }[];
  }[];
  readonly left: readonly string[];
  readonly broken: Readonly<Record<string, readonly string[]>>;
  readonly recovered: readonly string[];
  readonly next: string | null;
}

/** One cluster with two stacks: `test`, which has the shared objects, and `test-2`. */
export type TwoStacks = Awaited<ReturnType<typeof openTwoStacks>>;

const PIPELINES = "{ standard: [{ stage: dev, promotion: auto, sync: auto }] }";
const WAVES = "waves: [{ labels: { tier: canary } }]";

/** Opens the stacks, empty, with repositories for these services. */
export async function openTwoStacks(services: readonly string[], as?: AsApp) {
  const stack = await openFleetStack(services, as && { as });
  const { folder, github, objects, live, get, admin } = stack;
  const pulumi = (...args: readonly string[]) => pulumiIn(stack, ...args);
  await pulumi("stack", "init", "test-2", "--secrets-provider", SECRETS_PROVIDER);
  /** The path of a stack's state. */
  const stateFile = (name: string) => join(folder, "state/.pulumi/stacks/kargo-fleet", `${name}.json`);
  const locksOf = (name: string) => join(folder, "state/.pulumi/locks/organization/kargo-fleet", name);
  return {
    ...{ folder, github, objects, live, get, admin },
    /** Replaces both stack files. */
    configure: async (keys: Readonly<Record<string, string>> = {}) => {
      const shard = (index: number) => `{ ${WAVES}, shard: { index: ${index}, of: 2 } }`;
      await stack.writeConfig({ protect: "false", pipelines: PIPELINES, rollout: shard(1), ...keys });
      const first = await readFile(join(folder, "Pulumi.test.yaml"), "utf8");
      const second = first
        .replace(shard(1), shard(2))
        .replace("config:\n", "config:\n  kargo-fleet:platform: false\n");
      await writeFile(join(folder, "Pulumi.test-2.yaml"), second);
    },
    /** Replaces the catalogue: services and what their entries have more. */
    list: (entries: Readonly<Record<string, object>>) => stack.writeCatalogue(catalogueOf(entries)),
    fleet: (...args: readonly string[]) => fleetIn(stack, ...args),
    /** Begins `fleet up`. @param kilobytes the largest file that any of its processes may write */
    begin: (args: readonly string[], kilobytes?: number) => {
      const limit = kilobytes === undefined ? "" : `trap '' XFSZ; ulimit -f ${kilobytes}; `;
      const command = `${limit}exec node ${resolve("fleet/main.ts")} up ${args.join(" ")}`;
      return running(start(stack, "bash", ["-c", command]));
    },
    pulumi,
    /** Writes an object's status, as Kargo's controller. */
    setStatus: async (kind: string, name: string, namespace: string, status: object) => {
      const patch = JSON.stringify({ status: Object.keys(status).length === 0 ? null : status });
      const by = ["--as=system:serviceaccount:kargo:kargo-controller", "--as-group=system:masters"];
      const place = ["-n", namespace, "--subresource=status", "--type=merge"];
      await kubectl(stack, ["patch", kind, name, ...by, ...place, "-p", patch]);
    },
    stateFile,
    state: (name: string) => readCheckpoint(stateFile(name)),
    locks: (name: string) => readdir(locksOf(name)).catch((): string[] => []),
    /** Locks a stack in the name of a process; the returned function removes the lock. */
    lock: async (name: string, by: { readonly pid: number; readonly hostname: string }) => {
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

/** A command that has not ended yet. */
function running(child: ReturnType<typeof start>) {
  const { pid = 0 } = child;
  let text = "";
  child.all.on("data", (chunk) => {
    text += String(chunk);
  });
  const whole = ended(child);
  return {
    /** Resolves when it has printed a text. */
    said: (wanted: RegExp) =>
      new Promise<void>((done, fail) => {
        const look = () => {
          if (wanted.test(text)) done();
        };
        look();
        child.all.on("data", look);
        child.on("exit", () => (wanted.test(text) ? done() : fail(new Error(`it ended before: ${text}`))));
      }),
    /** Does what Ctrl-C does. */
    interrupt: () => void process.kill(pid, "SIGINT"),
    /** Kills it with all its processes. */
    kill: async () => {
      const family = familyOf(pid);
      end(pid);
      for (const each of family) end(each.pid);
      await whole;
    },
    ended: whole,
  };
}
