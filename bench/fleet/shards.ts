import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { engineSettings } from "../../fleet/engine-settings.ts";
import { inParallel } from "../../fleet/parallel.ts";
import { shardOf } from "../../model/shards.ts";
import { MemoryWatch, measure } from "../measure.ts";
import type { Measured } from "../results.ts";
import { serviceName, type World } from "./world.ts";

/** Commands that run side by side, as many as there are cores. */
export const WORKERS = 2;

const MAIN = fileURLToPath(new URL("../../fleet/main.ts", import.meta.url));

/** For `up` and `destroy` without a terminal. */
export const FLAGS = [
  "--yes",
  "--skip-preview",
  "--non-interactive",
  "--color",
  "never",
  "--suppress-outputs",
];

type Work = Omit<Measured, "requests">;

/** The environment of the shards' commands. */
export async function shardSettings(
  { environment }: World,
  durable: boolean,
): Promise<Readonly<Record<string, string>>> {
  const { PULUMI_HOME } = environment;
  const once = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
  return { ...environment, ...(await engineSettings({ PULUMI_HOME })), ...(durable ? {} : once) };
}

/** `fleet up` of the cluster; undefined if this version does not have it. */
export async function fleetUp(world: World, ...args: readonly string[]): Promise<Work | undefined> {
  const command = [process.execPath, MAIN, "up"];
  const [program = "", ...help] = [...command, "--help"];
  const { stdout } = await execa(program, help, { reject: false });
  if (!/Usage: .*fleet.* up/.test(stdout)) return undefined;
  const more = ["--parallel", String(WORKERS), ...args];
  const { seconds, worker, megabytes, written } = await measure([...command, ...more], {
    cwd: world.folder,
    env: world.environment,
  });
  return { seconds, worker, all: megabytes, written };
}

/**
 * Runs one command of Pulumi in some stacks: what all services share first (or last, if it is destroyed), then the
 * others side by side.
 */
export async function runShards(
  world: World,
  command: "up" | "destroy",
  stacks: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Work> {
  const watch = new MemoryWatch();
  const started = performance.now();
  const costs: Pick<Measured, "worker" | "written">[] = [];
  const run = async (stack: string) => {
    const args = ["pulumi", command, "--stack", stack, ...FLAGS];
    costs.push(await measure(args, { cwd: world.folder, env }, [0], watch));
  };
  const [shared] = world.stacks;
  const others = stacks.filter((stack) => stack !== shared);
  const sharedRuns = stacks.filter((stack) => stack === shared);
  const order = command === "up" ? [sharedRuns, others] : [others, sharedRuns];
  try {
    for (const group of order)
      await inParallel(
        group.map((stack) => () => run(stack)),
        WORKERS,
      );
  } finally {
    await watch.stop();
  }
  return {
    seconds: (performance.now() - started) / 1000,
    worker: Math.max(...costs.map(({ worker }) => worker)),
    all: watch.all,
    written: costs.every(({ written }) => written !== undefined)
      ? costs.reduce((sum, { written = 0 }) => sum + written, 0)
      : undefined,
  };
}

/** How many services some stacks have; -1 is the last one. */
export function servicesIn(size: number, stacks: number, indexes: readonly number[]): number {
  const meant = new Set(indexes.map((index) => (index < 0 ? stacks + index : index) + 1));
  return Array.from({ length: size }, (_, index) => serviceName(index)).filter((name) =>
    meant.has(shardOf(name, stacks)),
  ).length;
}

/** The stack that has the service which changes alone. */
export function stackOfLast(world: World, size: number): string {
  return world.stacks[shardOf(serviceName(size - 1), world.stacks.length) - 1] ?? "";
}

/**
 * Kills the `up` of a stack in the middle with everything that it started, then repairs the stack and repeats it.
 * @param stages how many Stages of the cluster exist at the kill
 * @returns the cost from the kill to the end
 */
export async function killAndRecover(
  world: World,
  stack: string,
  env: Readonly<Record<string, string>>,
  stages: number,
): Promise<Work> {
  const options = { cwd: world.folder, env, detached: true, reject: false, stdio: "ignore" } as const;
  const victim = execa("pulumi", ["up", "--stack", stack, ...FLAGS], options);
  while (victim.exitCode === null && (await stagesIn(world)) < stages) await pause(100);
  if (victim.pid !== undefined && victim.exitCode === null) process.kill(-victim.pid, "SIGKILL");
  const { signal } = await victim;
  if (signal !== "SIGKILL") throw new Error(`the up of ${stack} ended before it was killed`);
  const started = performance.now();
  const repair = [process.execPath, MAIN, "recover", "--stack", stack];
  const recovered = await measure(repair, { cwd: world.folder, env });
  const again = await runShards(world, "up", [stack], env);
  return {
    seconds: (performance.now() - started) / 1000,
    worker: Math.max(recovered.worker, again.worker),
    all: Math.max(recovered.megabytes, again.all),
    written: again.written === undefined ? undefined : again.written + (recovered.written ?? 0),
  };
}

/** The number of Stages that the cluster holds. */
export async function stagesIn({ api }: World): Promise<number> {
  const { items, metadata } = (await api.get("/apis/kargo.akuity.io/v1alpha1/stages?limit=1")) as {
    items: unknown[];
    metadata: { remainingItemCount?: number };
  };
  return items.length + (metadata.remainingItemCount ?? 0);
}
