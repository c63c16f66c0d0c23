import { constants } from "node:fs";
import { access, readdir, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join } from "node:path";

/**
 * The cache of downloaded and built programs: `$XDG_CACHE_HOME/kargo-fleet/toolchain`, else
 * `~/.cache/kargo-fleet/toolchain` (https://specifications.freedesktop.org/basedir-spec/latest/: a relative value
 * is ignored).
 */
export function toolchainCache(environment: NodeJS.ProcessEnv): string {
  const xdg = environment.XDG_CACHE_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeOf(environment), ".cache");
  return join(base, "kargo-fleet", "toolchain");
}

/** The folder of Pulumi's own downloaded plugins. */
export function pulumiPlugins(environment: NodeJS.ProcessEnv): string {
  return join(environment.PULUMI_HOME || join(homeOf(environment), ".pulumi"), "plugins");
}

/** The folders of PATH, in order. */
export function pathFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  return (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
}

/** The first program of that name on PATH. */
export async function firstOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of pathFolders(environment)) {
    if (await isExecutable(join(folder, name))) {
      return join(folder, name);
    }
  }
  return undefined;
}

function homeOf(environment: NodeJS.ProcessEnv): string {
  return environment.HOME || homedir();
}

/**
 * The cache folder of one program. It exists only when the program is complete and checked.
 * @param key identifies the program's inputs
 */
export function entryFolder(cache: string, program: string, version: string, key: string): string {
  return join(cache, program, `${version}-${goos()}-${goarch()}-${key}`);
}

/** Whether a file is executable. */
export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** This machine's operating system and processor in Go's names. */
export const goos = (): string => (process.platform === "win32" ? "windows" : process.platform);
export const goarch = (): string => ({ x64: "amd64", ia32: "386" })[process.arch as string] ?? process.arch;

const day = 24 * 60 * 60 * 1000;

/** How long an unused entry is kept; other clones and branches share the cache. */
const keptUnusedFor = 30 * day;

/** Marks a cache entry as used. Ignores a read-only cache. */
export async function markUsed(entry: string, when = new Date()): Promise<void> {
  await utimes(entry, when, when).catch(() => undefined);
}

/** Removes the program's other entries that were not used for 30 days. Every edit of a plugin adds an entry. */
export async function pruneBeside(entry: string): Promise<void> {
  const folder = dirname(entry);
  for (const name of (await readdir(folder)).filter((other) => other !== basename(entry))) {
    const { mtimeMs } = await stat(join(folder, name));
    if (Date.now() - mtimeMs > keptUnusedFor) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
