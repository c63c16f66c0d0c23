import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { execa } from "execa";
import { parseState } from "../../fleet/recovery/state.ts";
import { servicesIn } from "../../fleet/shards/deployment.ts";
import { shardOf, shardStack, shardsOf } from "../../model/shards.ts";
import { catalogueText, service } from "../sources.ts";
import { type FleetStack, openFleetStack } from "./fleet-stack.ts";

export const NAMES = Array.from({ length: 12 }, (_, index) => `sharded-${index}`);
export const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";

interface Ended {
  readonly output: string;
  readonly code: number | undefined;
}

/** A stack whose services are in shards. */
export interface ShardedStack {
  readonly base: FleetStack;
  /** How commands run in its folder. */
  readonly options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
    readonly reject: false;
    readonly all: true;
  };
  fleet(...args: readonly string[]): Promise<Ended>;
  pulumi(...args: readonly string[]): Promise<Ended>;
  /** Brings up one stack. */
  up(name: string): Promise<Ended>;
  /** The names of all stacks. */
  stacks(): Promise<readonly string[]>;
  /** The stacks of each service, by its own state. */
  homes(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The uid of each namespace, Stage and Warehouse of the services. */
  uids(): Promise<ReadonlyMap<string, string>>;
  /** The hooks of all services' repositories. */
  hooks(): readonly string[];
  /** Deletes all stacks. */
  close(): Promise<void>;
}

/** Opens a stack with so many shards, before its first `fleet shards`. */
export async function openShardedStack(shards: number): Promise<ShardedStack> {
  const base = await openFleetStack(NAMES);
  await base.writeCatalogue(catalogueText(Object.fromEntries(NAMES.map((name) => [name, service(name)]))));
  await base.writeConfig({ shards: String(shards), pipelines: PIPELINES });
  const options = { cwd: base.folder, env: base.environment, reject: false, all: true } as const;
  const fleet = async (...args: readonly string[]) => {
    const { all, exitCode } = await execa("node", [resolve("fleet/main.ts"), ...args], options);
    return { output: all, code: exitCode };
  };
  const pulumi = async (...args: readonly string[]) => {
    const { all, exitCode } = await execa("pulumi", [...args, "--non-interactive"], options);
    return { output: all, code: exitCode };
  };
  const stacks = async () => {
    const { stdout } = await execa("pulumi", ["stack", "ls", "--json"], options);
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
  };
  return {
    base,
    options,
    fleet,
    pulumi,
    up: (name) => pulumi("up", "--yes", "--skip-preview", "--stack", name),
    stacks,
    homes: async () => {
      const found = new Map(NAMES.map((name): [string, string[]] => [name, []]));
      for (const stack of await stacks()) {
        const { stdout } = await execa("pulumi", ["stack", "export", "--stack", stack], options);
        for (const name of servicesIn(parseState(stdout).resources)) found.get(name)?.push(stack);
      }
      return found;
    },
    uids: async () => {
      const kinds = "namespaces,stages.kargo.akuity.io,warehouses.kargo.akuity.io";
      const args = ["--kubeconfig", base.admin, "get", kinds, "-A", "-o", "json"];
      const { stdout } = await execa("kubectl", args, options);
      const { items } = JSON.parse(stdout) as {
        items: { kind: string; metadata: { uid: string; name: string; namespace?: string } }[];
      };
      return new Map(
        items
          .filter(({ metadata: { name, namespace } }) => (namespace ?? name).startsWith("kargo-sharded-"))
          .map(({ kind, metadata: { uid, name, namespace } }) => [`${kind} ${namespace}/${name}`, uid]),
      );
    },
    hooks: () => NAMES.flatMap((name) => base.github.hooks(`acme/${name}`).map(({ id }) => `${name} ${id}`)),
    close: async () => {
      for (const name of await stacks()) {
        if (name === "test") continue;
        await pulumi("state", "unprotect", "--all", "--yes", "--stack", name);
        await pulumi("destroy", "--yes", "--skip-preview", "--stack", name);
      }
      await base.close();
    },
  };
}

/** The stack of each service with so many shards. */
export const wanted = (count: number) =>
  new Map(NAMES.map((name) => [name, [shardStack("test", shardOf(name, count))]]));

/** Checks that each state and file is right for so many shards. */
export async function assertDivided({ base, homes }: ShardedStack, count: number): Promise<void> {
  assert.deepEqual(await homes(), wanted(count));
  const files = (await readdir(base.folder)).filter((file) => /^Pulumi\.test-\d+\.yaml$/.test(file));
  assert.deepEqual(
    files.sort(),
    shardsOf("test", count).map(({ index }) => `Pulumi.${shardStack("test", index)}.yaml`),
  );
}
