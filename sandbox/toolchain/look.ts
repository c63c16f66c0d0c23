import { realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import semver from "semver";
import { type Download, downloadOf, onlyOrigin } from "./downloads.ts";
import { entryFolder, isExecutable, markUsed, pathFolders, pulumiPlugins, toolchainCache } from "./places.ts";
import type { ProgramDefinition } from "./programs.ts";
import { recipeKey } from "./recipes.ts";
import { askVersion } from "./version.ts";

/** A found program. */
export interface FoundProgram<Name extends string = string> {
  readonly name: Name;
  readonly path: string;
  readonly version: string;
  /** A downloaded or built program is in the cache. */
  readonly origin: "PATH" | "plugin folder" | "download" | "built";
}

/** The paths of programs by name. */
export type Paths<Name extends string> = Readonly<Record<Name, string>>;

export function pathsOf<Name extends string>(found: readonly FoundProgram<Name>[]): Paths<Name> {
  return Object.fromEntries(found.map(({ name, path }) => [name, path])) as Paths<Name>;
}

/** A published program: its place in the cache, and its download. */
export interface Official<Name extends string = string> {
  readonly program: FoundProgram<Name>;
  readonly download: Download;
}

/** The result of looking for one program. */
export interface Finding<Name extends string = string> {
  readonly definition: ProgramDefinition<Name>;
  /** Why programs on PATH or in the plugin folder were rejected. */
  readonly refused: readonly string[];
  /** The place of a build in the cache. */
  readonly built: FoundProgram<Name>;
  /** Undefined if nothing is published for this platform. */
  readonly official?: Official<Name>;
  /** Undefined if the program must be downloaded or built. */
  readonly found?: FoundProgram<Name>;
}

/**
 * Looks for every program: on PATH, in Pulumi's plugin folder, then in the cache, where downloads come before
 * builds. It downloads and builds nothing.
 * @throws ToolchainError if a setting is wrong
 */
export function findAll<Name extends string>(
  programs: readonly ProgramDefinition<Name>[],
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Finding<Name>[]> {
  return Promise.all(programs.map((definition) => findProgram(definition, environment, signal)));
}

async function findProgram<Name extends string>(
  definition: ProgramDefinition<Name>,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Finding<Name>> {
  const { name, version } = definition;
  const only = onlyOrigin(environment);
  const cache = toolchainCache(environment);
  const inCache = (entry: string, origin: "download" | "built", key: string): FoundProgram<Name> => ({
    name,
    version: entry,
    path: join(entryFolder(cache, name, entry, key), name),
    origin,
  });
  const built = inCache(version, "built", await recipeKey(definition));
  const download = only === "build" ? undefined : downloadOf(definition, environment);
  const official = download && { download, program: inCache(download.version, "download", "official") };
  const finding = { definition, built, ...(official && { official }) };
  const outside = only ? { refused: [] } : await findOutsideCache(definition, cache, environment, signal);
  if (outside.found !== undefined) return { ...finding, ...outside };
  for (const found of official && only
    ? [official.program]
    : [...(official ? [official.program] : []), built]) {
    if (await isExecutable(found.path)) {
      await markUsed(dirname(found.path));
      return { ...finding, ...outside, found };
    }
  }
  return { ...finding, ...outside };
}

/** The first program with an accepted version outside the cache. */
async function findOutsideCache<Name extends string>(
  { name, version: pinned, question, plugin, wanted }: ProgramDefinition<Name>,
  cache: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Pick<Finding<Name>, "found" | "refused">> {
  const places: { path: string; origin: "PATH" | "plugin folder"; where: string }[] = [];
  const seen = new Set<string>();
  for (const path of pathFolders(environment).map((folder) => join(folder, name))) {
    const real = await realpath(path).catch(() => path);
    // PATH may contain a running sandbox's folder of links into the cache, which may be outdated.
    if (!seen.has(real) && !real.startsWith(cache + sep)) {
      places.push({ path, origin: "PATH", where: "on PATH" });
    }
    seen.add(real);
  }
  if (plugin) {
    const folder = `${name.replace("pulumi-resource-", "resource-")}-v${pinned}`;
    const path = join(pulumiPlugins(environment), folder, name);
    places.push({ path, origin: "plugin folder", where: "in Pulumi's plugin folder" });
  }
  const refused: string[] = [];
  for (const { path, origin, where } of places) {
    if (!(await isExecutable(path))) continue;
    const answer = await askVersion(path, question, environment, signal);
    signal.throwIfAborted();
    if ("problem" in answer) {
      refused.push(`${name} ${where}: ${answer.problem}`);
    } else if (semver.satisfies(answer.version, wanted, { includePrerelease: true })) {
      return { refused, found: { name, version: answer.version, path, origin } };
    } else {
      refused.push(`${name} ${where} is ${answer.version} (${path}), wanted ${wanted}`);
    }
  }
  return { refused };
}
