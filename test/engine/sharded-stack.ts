import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { parseState } from "../../fleet/recovery/state.ts";
import { servicesIn } from "../../fleet/shards/exported-state.ts";
import { shardOf, shardStack, shardsOf } from "../../model/shards.ts";
import { catalogueOf } from "../sources.ts";
import { fleetIn, kubectl, pulumiIn } from "./commands.ts";
import { openFleetStack } from "./fleet-stack.ts";

export const NAMES = Array.from({ length: 12 }, (_, index) => `sharded-${index}`);
export const PIPELINES = "{ standard: [ { stage: dev, promotion: auto, sync: auto } ] }";

/** A stack whose services are in shards. */
export type ShardedStack = Awaited<ReturnType<typeof openShardedStack>>;

/** Opens a stack with so many shards, before its first `fleet shards`. */
export async function openShardedStack(shards: number) {
  const base = await openFleetStack(NAMES, {
    config: { shards: String(shards), pipelines: PIPELINES },
    catalogue: catalogueOf(NAMES),
  });
  const pulumi = (...args: readonly string[]) => pulumiIn(base, ...args);
  /** The names of all stacks. */
  const stacks = async (): Promise<readonly string[]> => {
    const { stdout } = await pulumi("stack", "ls", "--json");
    return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
  };
  return {
    base,
    fleet: (...args: readonly string[]) => fleetIn(base, ...args),
    /** Brings up one stack. */
    up: (name: string) => pulumi("up", "--yes", "--skip-preview", "--stack", name),
    stacks,
    /** The stacks of each service, by its own state. */
    homes: async () => {
      const found = new Map(NAMES.map((name): [string, string[]] => [name, []]));
      for (const stack of await stacks()) {
        const { stdout } = await pulumi("stack", "export", "--stack", stack);
        for (const name of servicesIn(parseState(stdout).resources)) found.get(name)?.push(stack);
      }
      return found;
    },
    /** The uid of each namespace, Stage and Warehouse of the services. */
    uids: async () => {
      const kinds = "namespaces,stages.kargo.akuity.io,warehouses.kargo.akuity.io";
      const { items } = JSON.parse(await kubectl(base, ["get", kinds, "-A", "-o", "json"])) as {
        items: { kind: string; metadata: { uid: string; name: string; namespace?: string } }[];
      };
      return new Map(
        items
          .filter(({ metadata: { name, namespace } }) => (namespace ?? name).startsWith("kargo-sharded-"))
          .map(({ kind, metadata: { uid, name, namespace } }) => [`${kind} ${namespace}/${name}`, uid]),
      );
    },
    /** The hooks of all services' repositories. */
    hooks: () => NAMES.flatMap((name) => base.github.hooks(`acme/${name}`).map(({ id }) => `${name} ${id}`)),
    /** Deletes all stacks. */
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
