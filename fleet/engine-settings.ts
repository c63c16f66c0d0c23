import { readdir, symlink, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "./temporary-folder.ts";

/** Compiled code of the program and of Pulumi's SDK; main.js uses the same folder in a plain `pulumi up`. */
const COMPILED = fileURLToPath(new URL("../node_modules/.cache/kargo-fleet", import.meta.url));

/** The quiet home of each usual one, for all runs of this process. */
const homes = new Map<string, Promise<string>>();

/**
 * The environment for runs of the Pulumi CLI that `fleet` starts. It saves time and changes no result:
 * - The CLI writes no log of its own, which takes two fifths of the engine's time. It has no option for that, so it gets
 *   a home of links in which the folder of logs cannot be created. The home is removed when this process ends.
 * - Go collects garbage half as often as by default. Still less often would save little time and take much memory.
 * - Node keeps compiled code.
 * @param environment whose PULUMI_HOME is used, and whose PULUMI_CREDENTIALS_PATH, GOGC and NODE_COMPILE_CACHE are kept
 */
export async function engineSettings(
  environment: NodeJS.ProcessEnv = process.env,
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
    NODE_COMPILE_CACHE: environment.NODE_COMPILE_CACHE || COMPILED,
  };
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
