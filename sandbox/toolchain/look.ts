import { realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { entryFolder, isExecutable, pathFolders, pulumiPlugins, toolchainCache } from "./places.ts";
import type { ProgramDefinition } from "./programs.ts";
import { markUsed } from "./prune.ts";
import type { Recipe } from "./recipes.ts";
import { fits, select, versionsOf } from "./selection.ts";
import { askVersion } from "./version.ts";

/** What may be looked for and how it is built. */
export interface Catalogue<Name extends string = string> {
  readonly programs: readonly ProgramDefinition<Name>[];
  readonly recipes: readonly Recipe<Name>[];
}

/** A program that can be started. */
export interface FoundProgram<Name extends string = string> {
  readonly name: Name;
  readonly path: string;
  readonly version: string;
  readonly origin: "PATH" | "plugin folder" | "cache" | "built";
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
  /** Absent where the program has to be built. */
  readonly found?: FoundProgram<Name>;
}

interface Offer<Name extends string> extends FoundProgram<Name> {
  readonly pinned: boolean;
}

/** Looks for every program of a catalogue: PATH, then Pulumi's plugin folder, then the cache. Builds nothing. */
export async function look<Name extends string>(
  catalogue: Catalogue<Name>,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly Finding<Name>[]> {
  const cache = toolchainCache(environment);
  const searches = await Promise.all(
    catalogue.programs.map(async (definition) => {
      const recipe = catalogue.recipes.find(({ packages }) => packages[definition.name] !== undefined);
      if (recipe === undefined) {
        throw new Error(`no recipe builds ${definition.name}`);
      }
      const folder = await entryFolder(cache, recipe, definition.name, definition.version);
      const { name, version } = definition;
      const built = {
        name,
        version,
        path: join(folder, name),
        origin: "cache" as const,
        pinned: true,
      };
      const { offers, refused } = await present(definition, cache, environment, signal);
      return { definition, recipe, built, offers: [...offers, built], refused };
    }),
  );
  const chosen = select(
    catalogue.programs,
    new Map(searches.map(({ definition, offers }) => [definition.name, offers])),
  );
  if (chosen === undefined) {
    throw new Error("the pinned versions do not go together");
  }
  return Promise.all(
    searches.map(async ({ definition, recipe, built, offers, refused }) => {
      const wanted = definition.wanted(versionsOf(chosen));
      const taken = chosen.get(definition.name) ?? built;
      const before = offers.slice(0, offers.indexOf(taken));
      const unfit = before.map(({ origin, version, path }) =>
        fits(version, wanted)
          ? `${definition.name} ${where(origin)} is ${version} (${path}), but what goes with it is not there`
          : `${definition.name} ${where(origin)} is ${version} (${path}), wanted ${wanted.words}`,
      );
      const there = !taken.pinned || (await isExecutable(taken.path));
      if (taken.pinned && there) {
        await markUsed(dirname(taken.path));
      }
      return {
        definition,
        wanted: wanted.words,
        refused: [...refused, ...unfit],
        built: withoutMark(built),
        recipe,
        ...(there ? { found: withoutMark(taken) } : {}),
      };
    }),
  );
}

function withoutMark<Name extends string>({ pinned: _, ...program }: Offer<Name>): FoundProgram<Name> {
  return program;
}

/** The programs of that name which are on this machine already and say which version they are. */
async function present<Name extends string>(
  { name, version: pinned, question, plugin }: ProgramDefinition<Name>,
  cache: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ readonly offers: readonly Offer<Name>[]; readonly refused: readonly string[] }> {
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
  const offers: Offer<Name>[] = [];
  const refused: string[] = [];
  for (const place of places) {
    const answer = await askVersion(place.path, question, environment, signal);
    signal.throwIfAborted();
    if ("version" in answer) {
      offers.push({ ...place, name, version: answer.version, pinned: false });
    } else {
      refused.push(`${name} ${where(place.origin)}: ${answer.problem}`);
    }
  }
  return { offers, refused };
}

function where(origin: FoundProgram["origin"]): string {
  return origin === "PATH" ? "on PATH" : "in Pulumi's plugin folder";
}
