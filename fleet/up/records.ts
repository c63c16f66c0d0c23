import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { platformInventories } from "../../manifests/inventory/objects.ts";
import { rowsOf } from "../../manifests/inventory/row.ts";
import { resourceName } from "../../model/names.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { PROJECT } from "../../model/stack-config.ts";
import type { NamedPlan } from "../chosen-stacks.ts";
import { PROGRAM_PATHS } from "../preview/head-folder.ts";
import { standsAlone } from "./targets.ts";

/** The folder with what this command notes about its runs, in the folder of the stacks. */
export const NOTES = join(".kargo-fleet", "up");

const record = z.object({
  /** A digest of the shared objects, and their names. */
  shared: z.object({ digest: z.string(), names: z.array(z.string()) }),
  /** A digest of each service that was made. */
  services: z.record(z.string(), z.string()),
  /** Whether the whole stack was brought up. */
  whole: z.boolean(),
});

/** What the last `fleet up` of a stack made. */
export type UpRecord = z.output<typeof record>;

/**
 * A record only saves time: it counts only if the program, the stack file and the state are the same since, and without
 * it everything is brought up.
 */
const note = record.extend({
  /** A digest of the program, the stack file and the backend. */
  base: z.string(),
  /** What tells that nobody has updated the stack since. */
  stamp: z.string(),
});

/**
 * What an `up` of a stack would still have to do: the services that differ from what was made, and whether only a whole
 * `up` is sure to do everything.
 * @param made undefined if nothing is known
 */
export function leftOf(plan: Plan, made: UpRecord | undefined) {
  const names = new Set(plan.services.map(({ name }) => name));
  const changed = plan.services.filter(
    (service) => made?.services[service.name] !== digestOfService(service),
  );
  const gone = Object.keys(made?.services ?? {}).some((name) => !names.has(name));
  const leaving =
    plan.services.some((service) => !standsAlone(service)) ||
    platformInventories(plan.platform)
      .flatMap(rowsOf)
      .some(({ removing }) => removing);
  const whole =
    made === undefined || !made.whole || gone || leaving || made.shared.digest !== sharedOf(plan).digest;
  return { services: changed.map(({ name }) => name), whole };
}

/**
 * The record after a run.
 * @param broken the services that could not be made
 */
export function recordAfter(
  plan: Plan,
  before: UpRecord | undefined,
  run: {
    readonly services: readonly string[];
    readonly platform: boolean;
    readonly whole: boolean;
    readonly broken: ReadonlySet<string>;
  },
): UpRecord {
  const done = plan.services.filter(
    ({ name }) => !run.broken.has(name) && (run.whole || run.services.includes(name)),
  );
  const earlier = run.whole ? {} : (before?.services ?? {});
  const services: Record<string, string> = {
    ...earlier,
    ...Object.fromEntries(done.map((each) => [each.name, digestOfService(each)])),
  };
  for (const name of run.broken) delete services[name];
  const now = sharedOf(plan);
  // Only a whole `up` deletes a shared object that is no longer planned.
  const kept = before?.shared.names.every((name) => now.names.includes(name));
  const shared = run.whole || (run.platform && kept) ? now : (before?.shared ?? { digest: "", names: [] });
  // A service that left and could not be removed needs another whole `up`.
  const removed = [...run.broken].every((name) => plan.services.some((service) => service.name === name));
  const whole = removed && (run.whole || before?.whole === true);
  return { shared, services, whole };
}

/** The digests of services that were asked for before. */
const digests = new WeakMap<ServicePlan, string>();

/** The plan decides all objects of a service. */
function digestOfService(service: ServicePlan): string {
  const digest = digests.get(service) ?? digestOf(service);
  digests.set(service, digest);
  return digest;
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

function sharedOf(plan: Plan): UpRecord["shared"] {
  return {
    digest: digestOf([plan.platform ?? null, plan.freezes]),
    names: platformInventories(plan.platform).flatMap((each) =>
      rowsOf(each).map(({ role }) => resourceName(each.name, role)),
    ),
  };
}

/** A digest for each stack of everything but the catalogue that decides what an `up` does. */
export function basesOf(stacks: readonly NamedPlan[], backend: string): ReadonlyMap<string, string> {
  const program = createHash("sha256").update(backend);
  for (const path of PROGRAM_PATHS) add(path, program);
  return new Map(
    stacks.map(({ name: stack }) => {
      const hash = program.copy();
      // A shard's config may be in the file of its stack.
      const files = [stack, stack.replace(/-\d+$/, "")].map((name) => `Pulumi.${name}.yaml`);
      for (const path of new Set(files)) add(path, hash);
      return [stack, hash.digest("hex").slice(0, 16)];
    }),
  );
}

function add(path: string, hash: ReturnType<typeof createHash>): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name), hash);
  else if (found) hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
}

/**
 * What changes with every update of a stack in a file backend.
 * @param folder the backend's folder
 */
export async function stampOf(folder: string | undefined, stack: string): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  const path = join(folder, "stacks", PROJECT, `${stack}.json`);
  const found = await stat(path, { bigint: true }).catch(() =>
    stat(`${path}.gz`, { bigint: true }).catch(() => undefined),
  );
  return found && `${found.mtimeNs} ${found.size}`;
}

/** The notes of this command about a stack, in the working directory. */
export const notes = {
  /** @returns undefined if there is none that counts */
  async record(stack: string, base: string, stamp: string | undefined): Promise<UpRecord | undefined> {
    const text = readFile(fileOf(stack, "json"), "utf8");
    const made = await text.then((json) => note.parse(JSON.parse(json))).catch(() => undefined);
    return stamp !== undefined && made?.base === base && made.stamp === stamp ? made : undefined;
  },
  async write(stack: string, made: z.output<typeof note>): Promise<void> {
    await mkdir(NOTES, { recursive: true });
    await writeFile(fileOf(stack, "json"), JSON.stringify(made));
  },
  /** Whether a run began whose state may never have been written. */
  wasRunning(stack: string): boolean {
    return existsSync(fileOf(stack, "running"));
  },
  async begin(stack: string): Promise<void> {
    await mkdir(NOTES, { recursive: true });
    await writeFile(fileOf(stack, "running"), `${process.pid}\n`);
    await rm(fileOf(stack, "json"), { force: true });
  },
  async end(stack: string): Promise<void> {
    await rm(fileOf(stack, "running"), { force: true });
  },
};

function fileOf(stack: string, kind: "json" | "running"): string {
  return join(NOTES, `${stack}.${kind}`);
}
