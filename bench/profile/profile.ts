import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { memoryTarget } from "../../fleet/up/memory-target.ts";
import { stopShared } from "../../test/engine/control-plane.ts";
import { measuredToday, table, writePart } from "../benchmarks-page.ts";
import { FLAGS, shardSettings } from "../fleet/shards.ts";
import { openWorld } from "../fleet/world.ts";
import { measure } from "../measure.ts";
import { type CpuProfile, timeOfParts } from "./cpu-profile.ts";

const SHARD = 50;

/** `npm run bench -- profile`: where the program's time goes in one shard. */
export function profileBench(): Command {
  return new Command("profile")
    .description("Where the time of one shard's program goes, in a catalogue of 100 and of 1,000 services.")
    .option("--sizes <list>", "how many services the catalogue has", "100,1000")
    .option("--env <list>", "further variables of these runs, such as GOGC=100,GOMEMLIMIT=300MiB", "")
    .option("--no-page", "print the table instead of writing it into docs/benchmarks.md")
    .addHelpText(
      "after",
      `
It creates what all services share and one shard of some ${SHARD} services, and profiles the up that changes nothing: once as Pulumi's SDK is
(PULUMI_DEBUG_PROMISE_LEAKS), and once as the program makes it.

Exit codes: 0 everything was measured, 1 a command failed.

Example:
  npm run bench -- profile --sizes 100 --env GOGC=100 --no-page`,
    )
    .action(async ({ sizes, env, page }: { sizes: string; env: string; page: boolean }) => {
      try {
        const columns: Column[] = [];
        const memory: Memory[] = [];
        const more = Object.fromEntries(env.split(",").filter(Boolean).map(variable));
        for (const size of sizes.split(",").map(Number)) {
          const found = await profile(size, more);
          columns.push(...found.columns);
          memory.push(...found.memory);
        }
        const text = `${textOf(columns)}\n\n${memoryOf(memory)}`;
        if (page) await writePart("profile", `${measuredToday()}\n\n${text}`);
        else process.stdout.write(`${text}\n`);
      } finally {
        await stopShared();
      }
    });
}

/** One profiled run. */
export interface Column {
  readonly name: string;
  /** Milliseconds by part. */
  readonly parts: ReadonlyMap<string, number>;
}

/** The memory of each process at the peak of a run that creates a stack, in MB. */
export interface Memory {
  readonly name: string;
  readonly processes: ReadonlyMap<string, number>;
}

interface Profile {
  readonly columns: readonly Column[];
  readonly memory: readonly Memory[];
}

function variable(text: string): [string, string] {
  const [name = "", ...value] = text.split("=");
  return [name, value.join("=")];
}

async function profile(size: number, own: Readonly<Record<string, string>>): Promise<Profile> {
  const world = await openWorld(size, Math.ceil(size / SHARD));
  const stack = world.stacks.at(-1) ?? "";
  const say = (text: string) => process.stderr.write(`${size} services, ${stack}: ${text}\n`);
  try {
    await world.write({ interval: "5m" });
    const services = world.plan({ interval: "5m" }).services.slice(0, SHARD);
    const GOMEMLIMIT = memoryTarget({ services, platform: undefined });
    const env = { ...(await shardSettings(world, false)), GOMEMLIMIT, ...own };
    const up = async (more: Readonly<Record<string, string>>, of = stack) =>
      measure(["pulumi", "up", "--stack", of, ...FLAGS], { cwd: world.folder, env: { ...env, ...more } });
    const memory: Memory[] = [];
    const shared = world.stacks.length > 1 ? world.stacks.slice(0, 1) : [];
    for (const of of [...shared, stack]) {
      const name = of === stack ? "a shard" : "what all share";
      say(`creating ${name}`);
      memory.push({ name: `${size} services, ${name}`, processes: (await up({}, of)).processes });
    }
    const columns: Column[] = [];
    for (const [name, more] of Object.entries(RUNS)) {
      // NODE_OPTIONS is split at spaces, so the name of the run is no part of it.
      const folder = join(world.folder, `profile-${columns.length}`);
      await mkdir(folder);
      say(`an up that changes nothing, ${name}`);
      await up({ ...more, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` });
      columns.push({ name: `${size} services, ${name}`, parts: timeOfParts(await largest(folder)) });
    }
    return { columns, memory };
  } finally {
    await world.close();
  }
}

const RUNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "as Pulumi is": { PULUMI_DEBUG_PROMISE_LEAKS: "true" },
  now: {},
};

/** The language host also starts short processes of Node. */
async function largest(folder: string): Promise<CpuProfile> {
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  const [text] = texts.sort((a, b) => b.length - a.length);
  if (text === undefined) throw new Error("Node wrote no profile");
  return JSON.parse(text) as CpuProfile;
}

/** Seconds by part, one column per run. */
export function textOf(columns: readonly Column[]): string {
  const names = [...new Set(columns.flatMap(({ parts }) => [...parts.keys()]))];
  const rows = names.map((name) => [name, ...columns.map(({ parts }) => seconds(parts.get(name) ?? 0))]);
  const sums = columns.map(({ parts }) => seconds([...parts.values()].reduce((sum, one) => sum + one, 0)));
  return table(
    ["the program's processor time", ...columns.map(({ name }) => name)],
    [...rows, ["sum", ...sums]],
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}

/** MB by process, one column per run. */
export function memoryOf(memory: readonly Memory[]): string {
  const names = [...new Set(memory.flatMap(({ processes }) => [...processes.keys()]))];
  const megabytes = (values: readonly number[]) => values.map((value) => `${Math.round(value)} MB`);
  const sums = memory.map(({ processes }) => [...processes.values()].reduce((sum, one) => sum + one, 0));
  return table(
    ["the memory of a worker at its peak", ...memory.map(({ name }) => name)],
    [
      ...names.map((name) => [name, ...megabytes(memory.map(({ processes }) => processes.get(name) ?? 0))]),
      ["sum", ...megabytes(sums)],
    ],
  );
}
