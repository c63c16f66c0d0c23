import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Lock, takeLock } from "../../fleet/lock.ts";
import { build, type Workshop } from "./build.ts";
import { download, isPublished } from "./download.ts";
import { diskFull } from "./errors.ts";
import type { Finding, FoundProgram } from "./look.ts";
import { isExecutable, toolchainCache } from "./places.ts";
import { duration, type Step, showSteps } from "./progress.ts";

/** Options for getting the missing programs. The path of Go may be empty if nothing must be built. */
interface MissingOptions extends Pick<Workshop, "go" | "environment" | "signal"> {
  /** The checksums of downloads, by address. */
  readonly sums: ReadonlyMap<string, string>;
  readonly output: NodeJS.WritableStream;
  readonly plainEvery: number;
}

/** One download or build, and the resulting programs. */
interface Job {
  readonly title: string;
  readonly done: string;
  readonly programs: readonly FoundProgram[];
  readonly work: (missing: ReadonlySet<FoundProgram>, workshop: Workshop) => Promise<void>;
}

/**
 * Puts missing programs into the cache under its lock, one job after the other: a download uses the whole
 * bandwidth, a build every core. Skips jobs that another run has done meanwhile.
 * @throws ToolchainError
 */
export async function makeMissing(missing: readonly Finding[], options: MissingOptions): Promise<void> {
  const { go, environment, signal, output, plainEvery } = options;
  const cache = toolchainCache(environment);
  let lock: Lock | undefined;
  const preparing: Step = {
    title: `Preparing ${cache}`,
    work: async (report) => {
      await mkdir(cache, { recursive: true });
      lock = await takeLock(join(cache, "lock"), {
        signal,
        onWait: (holder) => report(`another run is making the toolchain (${holder})`),
      });
      return `Programs are kept in ${cache}`;
    },
  };
  const steps = jobsFor(missing, options).map((job): Step => {
    const names = job.programs.map(({ name, version }) => `${name} ${version}`).join(", ");
    return {
      title: job.title.replace("{}", names),
      work: async (report) => {
        const started = Date.now();
        await lock?.describe(names);
        const there = await Promise.all(job.programs.map(({ path }) => isExecutable(path)));
        const left = new Set(job.programs.filter((_, index) => there[index] !== true));
        if (left.size === 0) return `${names}: made by another run`;
        await job.work(left, { go, cache, environment, signal, report });
        return `${job.done} ${names} in ${duration(Date.now() - started)}`;
      },
    };
  });
  try {
    await showSteps([preparing, ...steps], output, plainEvery);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw code === "ENOSPC" || code === "EDQUOT" ? await diskFull(cache, "the toolchain") : error;
  } finally {
    lock?.release();
  }
}

/** Downloads come first because they are quick. */
function jobsFor(missing: readonly Finding[], { sums }: MissingOptions): readonly Job[] {
  const published = missing.filter((finding) => isPublished(finding, sums));
  const unpublished = missing.filter((finding) => !published.includes(finding));
  const official = published.flatMap(({ official: one, definition: { question } }) =>
    one === undefined ? [] : [{ ...one, question }],
  );
  const downloads = [...Map.groupBy(official, ({ download: { url } }) => url)].map(
    ([url, programs]): Job => ({
      title: "Downloading {}",
      done: "Downloaded",
      programs: programs.map(({ program }) => program),
      work: (left, workshop) => {
        const checksums = programs[0]?.download.checksums ?? "";
        const wanted = programs.filter(({ program }) => left.has(program));
        return download({ url, checksums, sum: sums.get(url) ?? "", programs: wanted }, workshop);
      },
    }),
  );
  const byRecipe = Map.groupBy(unpublished, ({ definition }) => definition.recipe);
  const builds = [...byRecipe].map(
    ([recipe, wanted]): Job => ({
      title: `Building {} from source, usually ${recipe.usually} on 2 cores`,
      done: "Built",
      programs: wanted.map(({ built }) => built),
      work: (left, workshop) =>
        build(
          wanted.filter(({ built }) => left.has(built)),
          recipe,
          workshop,
        ),
    }),
  );
  return [...downloads, ...builds];
}
