import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { engineSettings } from "../../fleet/engine-settings.ts";
import { inParallel } from "../../fleet/parallel.ts";
import { shardOf } from "../../model/shards.ts";
import { measure } from "../measure.ts";
import { MemoryWatch } from "../memory.ts";
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

/** `fleet up` of the cluster. */
export async function fleetUp(world: World, ...args: readonly string[]): Promise<Work> {
  const command = [process.execPath, MAIN, "up", "--parallel", String(WORKERS), ...args];
  const { seconds, worker, megabytes, written } = await measure(command, {
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

/** How many services the last stack has. */
export function servicesOfLast({ stacks }: World, size: number): number {
  const shards = stacks.length - 1;
  const names = Array.from({ length: size }, (_, index) => serviceName(index));
  return shards === 0 ? size : names.filter((name) => shardOf(name, shards) === shards).length;
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
