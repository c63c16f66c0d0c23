import { realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { type Download, downloadOf, onlyOrigin, type Publication } from "./downloads.ts";
import { entryFolder, isExecutable, pathFolders, pulumiPlugins, toolchainCache } from "./places.ts";
import type { ProgramDefinition } from "./programs.ts";
import { markUsed } from "./prune.ts";
import { type Recipe, recipeKey } from "./recipes.ts";
import { fits, select, versionsOf } from "./selection.ts";
import { askVersion } from "./version.ts";

/** What may be looked for, how it is built and what of it is published. */
export interface Catalogue<Name extends string = string> {
  readonly programs: readonly ProgramDefinition<Name>[];
  readonly recipes: readonly Recipe<Name>[];
  /** By program. @default nothing is published */
  readonly downloads?: Readonly<Record<string, Publication>>;
}

/** A program that can be started. */
export interface FoundProgram<Name extends string = string> {
  readonly name: Name;
  readonly path: string;
  readonly version: string;
  /** The last two are in the cache. */
  readonly origin: "PATH" | "plugin folder" | "download" | "built";
}

/** A program as its makers publish it: where it is or would be kept, and where it is downloaded from. */
export interface Official<Name extends string = string> {
  readonly program: FoundProgram<Name>;
  readonly download: Download;
}

/** What looking for one program came to. */
export interface Finding<Name extends string = string> {
  readonly definition: ProgramDefinition<Name>;
  /** The versions that will do, in words. */
  readonly wanted: string;
  /** Why what was found on PATH or in the plugin folder was not taken. */
  readonly refused: readonly string[];
  /** Where a build is or would be kept. */
  readonly built: FoundProgram<Name>;
  readonly recipe: Recipe<Name>;
  /** Absent where nothing is published for this platform. */
  readonly official?: Official<Name>;
  /** Absent where the program has to be downloaded or built. */
  readonly found?: FoundProgram<Name>;
}

/**
 * Looks for every program of a catalogue: PATH, then Pulumi's plugin folder, then the cache, where what was downloaded
 * comes before what was built. Gets nothing.
 *
 * @throws ToolchainError where a setting is wrong
 */
export async function look<Name extends string>(
  catalogue: Catalogue<Name>,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Finding<Name>[]> {
  const searches = await Promise.all(
    catalogue.programs.map((definition) => search(catalogue, definition, environment, signal)),
  );
  const chosen = select(
    catalogue.programs,
    new Map(searches.map(({ definition, offers }) => [definition.name, offers])),
  );
  if (chosen === undefined) {
    throw new Error("the pinned versions do not go together");
  }
  return Promise.all(
    searches.map(async ({ offers, refused, ...finding }) => {
      const { name, wanted: rule } = finding.definition;
      const wanted = rule(versionsOf(chosen));
      const taken = chosen.get(name) ?? finding.built;
      const unfit = offers.slice(0, offers.indexOf(taken)).map(({ origin, version, path }) => {
        const why = fits(version, wanted) ? "but what goes with it is not there" : `wanted ${wanted.words}`;
        return `${name} ${where[origin]} is ${version} (${path}), ${why}`;
      });
      const there = await isExecutable(taken.path);
      if (there && taken.path.startsWith(toolchainCache(environment) + sep)) {
        await markUsed(dirname(taken.path));
      }
      return {
        ...finding,
        wanted: wanted.words,
        refused: [...refused, ...unfit],
        ...(there ? { found: taken } : {}),
      };
    }),
  );
}

/** What could be taken for one program, the preferred one first; the last one may not be there yet. */
async function search<Name extends string>(
  { recipes, downloads }: Catalogue<Name>,
  definition: ProgramDefinition<Name>,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Omit<Finding<Name>, "wanted" | "found"> & { readonly offers: readonly FoundProgram<Name>[] }> {
  const { name, version } = definition;
  const recipe = recipes.find(({ packages }) => packages[name] !== undefined);
  if (recipe === undefined) {
    throw new Error(`no recipe builds ${name}`);
  }
  const only = onlyOrigin(environment);
  const cache = toolchainCache(environment);
  const folder = entryFolder(cache, name, version, await recipeKey(recipe, name));
  const built = { name, version, path: join(folder, name), origin: "built" as const };
  const download = only === "build" ? undefined : downloadOf(downloads?.[name], definition, environment);
  const official = download && {
    download,
    program: {
      name,
      version: download.version,
      path: join(entryFolder(cache, name, download.version, "official"), name),
      origin: "download" as const,
    },
  };
  const common = { definition, recipe, built, ...(official && { official }) };
  if (only !== undefined) {
    return { ...common, refused: [], offers: [official?.program ?? built] };
  }
  const { offers, refused } = await present(definition, cache, environment, signal);
  const kept = official && (await isExecutable(official.program.path)) ? [official.program] : [];
  return { ...common, refused, offers: [...offers, ...kept, built] };
}

/** The programs of that name which are on this machine already and say which version they are. */
async function present<Name extends string>(
  { name, version: pinned, question, plugin }: ProgramDefinition<Name>,
  cache: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ readonly offers: readonly FoundProgram<Name>[]; readonly refused: readonly string[] }> {
  const places: { path: string; origin: "PATH" | "plugin folder" }[] = [];
  const seen = new Set<string>();
  for (const path of pathFolders(environment).map((folder) => join(folder, name))) {
    const real = await realpath(path).catch(() => path);
    // A running sandbox's folder of links may be on PATH; what they point to in the cache may be out of date.
    if (!seen.has(real) && !real.startsWith(cache + sep) && (await isExecutable(path))) {
      places.push({ path, origin: "PATH" });
    }
    seen.add(real);
  }
  if (plugin) {
    const folder = `${name.replace("pulumi-resource-", "resource-")}-v${pinned}`;
    const path = join(pulumiPlugins(environment), folder, name);
    if (await isExecutable(path)) {
      places.push({ path, origin: "plugin folder" });
    }
  }
  const offers: FoundProgram<Name>[] = [];
  const refused: string[] = [];
  for (const place of places) {
    const answer = await askVersion(place.path, question, environment, signal);
    signal.throwIfAborted();
    if ("version" in answer) {
      offers.push({ ...place, name, version: answer.version });
    } else {
      refused.push(`${name} ${where[place.origin]}: ${answer.problem}`);
    }
  }
  return { offers, refused };
}

const where: Readonly<Record<FoundProgram["origin"], string>> = {
  PATH: "on PATH",
  "plugin folder": "in Pulumi's plugin folder",
  download: "in the cache",
  built: "in the cache",
};
