import { readdir, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./temporary-folder.ts";

/** Compiled code of the program and of Pulumi's SDK; main.js uses the same folder in a plain `pulumi up`. */
const COMPILED = fileURLToPath(new URL("../node_modules/.cache/kargo-fleet", import.meta.url));

/** The quiet home of each usual one, for all runs of this process. */
const homes = new Map<string, Promise<string>>();

/** What the memory of a stack's `up` depends on. */
export interface StackSize {
  readonly services: number;
  /** The builds in the Sensors that the stack has for all of its cluster. */
  readonly builds: number;
}

/**
 * The target of memory for a shard of the recommended size, and for each further service, in MiB. In a Sensor, so many
 * builds take as much as the objects of a service.
 */
const MEMORY = { shard: 300, services: 50, more: 6, builds: 20 };

/**
 * The environment for runs of the Pulumi CLI that `fleet` starts. It saves time and changes no result:
 * - The CLI writes no log of its own, which takes two fifths of the engine's time. It has no option for that, so it gets
 *   a home of links in which the folder of logs cannot be created. The home is removed when this process ends.
 * - Go collects garbage half as often as by default. Still less often would save little time and take much memory.
 * - For an `up`, Go collects more often above a target of memory. The stack of what all services share has few but large
 *   resources, and would take twice as much. The target grows with the stack, because near it Go would collect all the time.
 * - Node keeps compiled code.
 * @param environment whose PULUMI_HOME is used, and whose PULUMI_CREDENTIALS_PATH, GOGC, GOMEMLIMIT and NODE_COMPILE_CACHE
 * are kept
 * @param size the stack's, if this is an `up`; default: no target of memory
 */
export async function engineSettings(
  environment: NodeJS.ProcessEnv = process.env,
  size?: StackSize,
): Promise<Readonly<Record<string, string>>> {
  const usual = environment.PULUMI_HOME || join(homedir(), ".pulumi");
  const home = homes.get(usual) ?? quietHome(usual);
  homes.set(usual, home);
  return {
    PULUMI_HOME: await home,
    // A login in the meantime must not stay in the copy.
    PULUMI_CREDENTIALS_PATH: environment.PULUMI_CREDENTIALS_PATH || usual,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    GOGC: environment.GOGC || "200",
    ...(size && { GOMEMLIMIT: environment.GOMEMLIMIT || `${target(size)}MiB` }),
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE || COMPILED,
  };
}

function target({ services, builds }: StackSize): number {
  const more = Math.max(0, services + builds / MEMORY.builds - MEMORY.services);
  return MEMORY.shard + MEMORY.more * Math.ceil(more);
}

async function quietHome(usual: string): Promise<string> {
  const { path } = await temporaryFolder("home");
  // Before the first login there is no usual home.
  const entries = await readdir(usual).catch(() => []);
  const links = entries.filter((name) => name !== "logs");
  await Promise.all(links.map((name) => symlink(join(usual, name), join(path, name))));
  await writeFile(join(path, "logs"), "This file keeps Pulumi from writing a log of each run.\n");
  return path;
}
