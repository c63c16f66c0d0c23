import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build, diskFull, stagingFolder } from "./build.ts";
import { type Lock, takeLock } from "./lock.ts";
import type { Catalogue, Finding } from "./look.ts";
import { isExecutable, toolchainCache } from "./places.ts";
import { duration, type Step, showSteps } from "./progress.ts";
import type { Recipe } from "./recipes.ts";

/** How missing programs are built and where that shows. */
export interface BuildOptions {
  /** The Go to build with. */
  readonly go: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly output: NodeJS.WritableStream;
  readonly plainEvery: number;
}

/**
 * Builds what is missing under the lock of the cache, one recipe after the other, since each build uses every core.
 *
 * @returns the names of the programs that this run built; another run may have built the others in the meantime
 * @throws ToolchainError
 */
export async function buildMissing(
  { recipes }: Catalogue,
  missing: readonly Finding[],
  options: BuildOptions,
): Promise<ReadonlySet<string>> {
  const { environment, signal, output, plainEvery } = options;
  const cache = toolchainCache(environment);
  const builtNow = new Set<string>();
  let lock: Lock | undefined;
  const preparing: Step = {
    title: `Preparing ${cache}`,
    work: async (report) => {
      await mkdir(cache, { recursive: true });
      lock = await takeLock(join(cache, ".lock"), {
        doing: "the toolchain",
        signal,
        onWait: ({ doing, pid }) => report(`another run is building ${doing} (pid ${pid})`),
      });
      // What a killed run left here was never finished.
      await rm(stagingFolder(cache), { recursive: true, force: true });
      return `Programs are kept in ${cache}`;
    },
  };
  const steps = recipes.flatMap((recipe): Step[] => {
    const wanted = missing.filter((finding) => finding.recipe === recipe);
    const names = wanted.map(({ built }) => `${built.name} ${built.version}`).join(", ");
    const step: Step = {
      title: `Building ${names} from source, usually ${recipe.usually} on 2 cores`,
      work: async (report) => {
        const started = Date.now();
        await lock?.describe(names);
        for (const name of await buildRecipe(recipe, wanted, cache, options, report)) {
          builtNow.add(name);
        }
        return wanted.some(({ built }) => builtNow.has(built.name))
          ? `Built ${names} in ${duration(Date.now() - started)}`
          : `${names}: built by another run`;
      },
    };
    return wanted.length === 0 ? [] : [step];
  });
  try {
    await showSteps([preparing, ...steps], output, plainEvery);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === "ENOSPC" || code === "EDQUOT" ? await diskFull(cache, "the toolchain") : error;
  } finally {
    await lock?.release();
  }
  return builtNow;
}

async function buildRecipe(
  recipe: Recipe,
  wanted: readonly Finding[],
  cache: string,
  { go, environment, signal }: BuildOptions,
  report: (doing: string) => void,
): Promise<readonly string[]> {
  const there = await Promise.all(wanted.map(({ built }) => isExecutable(built.path)));
  const programs = wanted
    .filter((_, index) => there[index] !== true)
    .map(({ built, definition }) => ({ built, question: definition.question }));
  if (programs.length > 0) {
    await build({ recipe, programs }, { go, cache, environment, signal, report });
  }
  return programs.map(({ built }) => built.name);
}
