import { rmSync } from "node:fs";
import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { diskFull } from "./disk-full.ts";
import { type EditedModule, editModule } from "./edited-module.ts";
import { ToolchainError } from "./errors.ts";
import type { FoundProgram } from "./look.ts";
import { goarch, goos, isExecutable } from "./places.ts";
import { type Ended, runInGroup } from "./process-group.ts";
import type { Question } from "./programs.ts";
import { pruneBeside } from "./prune.ts";
import { buildEnvironment, buildFlags, type Recipe } from "./recipes.ts";
import { askVersion } from "./version.ts";

/** One call of `go build`: a recipe and its missing programs. */
interface BuildJob {
  readonly recipe: Recipe;
  readonly programs: readonly { readonly built: FoundProgram; readonly question: Question }[];
}

/** The environment of a job. */
export interface Workshop {
  readonly go: string;
  /** The toolchain's cache folder. */
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Reports the current activity. */
  readonly report: (doing: string) => void;
}

const downloadAttempts = 3;
const lastLines = 8;

/**
 * Builds the programs of a job, checks their versions, and moves each into the cache with one rename, so that every
 * entry is complete.
 * @throws ToolchainError
 */
export async function build(job: BuildJob, workshop: Workshop): Promise<void> {
  const { recipe, programs } = job;
  await inStaging(workshop.cache, async (staging) => {
    const temporary = join(staging, "tmp");
    const out = join(staging, "out");
    await mkdir(temporary);
    await mkdir(out);
    const packages = programs.map(({ built }) => recipe.packages[built.name] ?? "");
    const environment = {
      ...workshop.environment,
      ...buildEnvironment,
      GOOS: goos(),
      GOARCH: goarch(),
      GOTMPDIR: temporary,
    };
    const module = recipe.edited && (await prepare(recipe, recipe.edited, staging, environment, workshop));
    await download(recipe, [...(module ?? []), ...packages], environment, workshop);
    workshop.report("compiling");
    const [only, ...more] = programs;
    // A package's folder may have another name than its program. For several packages Go needs a folder.
    const target = only !== undefined && more.length === 0 ? join(out, only.built.name) : `${out}/`;
    const flags = [...buildFlags, ...(module ?? []), "-ldflags", recipe.ldflags, "-o", target];
    const ended = await runInGroup(workshop.go, ["build", "-C", recipe.module, ...flags, ...packages], {
      environment,
      signal: workshop.signal,
    });
    if (ended.exitCode !== 0) {
      throw await failure("build failed", recipe, ended.lines, workshop);
    }
    workshop.report("checking versions");
    for (const { built, question } of programs) {
      await finish(join(out, built.name), built, question, workshop);
    }
  });
}

/** Does work in the staging folder and then removes the folder. Only the holder of the lock may call it. */
export async function inStaging(cache: string, work: (staging: string) => Promise<void>): Promise<void> {
  const staging = join(cache, ".staging");
  // Another Ctrl-C handler may end this process before the cleanup below.
  const onExit = () => rmSync(staging, { recursive: true, force: true, maxRetries: 3 });
  process.on("exit", onExit);
  // Removes the unfinished files of a killed run.
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    await work(staging);
  } finally {
    await rm(staging, { recursive: true, force: true });
    process.off("exit", onExit);
  }
}

/**
 * Downloads the module to edit, edits a copy of it, and writes a `go.mod` that uses the copy.
 * @returns the Go flag that selects this `go.mod`
 */
async function prepare(
  recipe: Recipe,
  edited: EditedModule,
  staging: string,
  environment: NodeJS.ProcessEnv,
  workshop: Workshop,
): Promise<readonly string[]> {
  const [file, copy] = [join(staging, "go.mod"), join(staging, "source")];
  const { lines } = await fetchModules(
    recipe,
    ["mod", "download", "-C", recipe.module, "-json", edited.path],
    environment,
    workshop,
  );
  const source = /"Dir": "(.+)"/.exec(lines.join("\n"))?.[1] ?? "";
  workshop.report("editing the source");
  await editModule(edited, source, recipe.module, copy);
  await writeFile(
    file,
    `${await readFile(join(recipe.module, "go.mod"), "utf8")}\nreplace ${edited.path} => ${copy}\n`,
  );
  await copyFile(join(recipe.module, "go.sum"), join(staging, "go.sum"));
  return [`-modfile=${file}`];
}

/** Downloads the required modules first, to distinguish a network failure from a build failure. */
async function download(
  recipe: Recipe,
  packages: readonly string[],
  environment: NodeJS.ProcessEnv,
  workshop: Workshop,
): Promise<void> {
  const args = ["list", "-C", recipe.module, "-mod=readonly", "-deps", "-f", '{{""}}', ...packages];
  await fetchModules(recipe, args, environment, workshop);
}

async function fetchModules(
  recipe: Recipe,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  workshop: Workshop,
): Promise<Ended> {
  workshop.report("looking for Go modules");
  let fetched = 0;
  const onLine = (line: string) => {
    if (line.startsWith("go: downloading")) {
      fetched += 1;
      workshop.report(`downloading Go modules (${fetched} so far)`);
    }
  };
  for (let attempt = 1; ; attempt += 1) {
    const ended = await runInGroup(workshop.go, args, { environment, signal: workshop.signal, onLine });
    if (ended.exitCode === 0) {
      return ended;
    }
    const error = await failure("download failed", recipe, ended.lines, workshop);
    const pointless = error.problem !== "download failed" || /GOPROXY=off/.test(error.message);
    if (attempt === downloadAttempts || pointless) {
      throw error;
    }
    workshop.report(`download failed, attempt ${attempt + 1} of ${downloadAttempts}`);
    await delay(2_000 * attempt, undefined, { signal: workshop.signal });
  }
}

/** Finds the cause in Go's output and writes all output to a log file. */
async function failure(
  phase: "download failed" | "build failed",
  recipe: Recipe,
  lines: readonly string[],
  { cache, signal }: Workshop,
): Promise<ToolchainError> {
  signal.throwIfAborted();
  const log = join(cache, "logs", `${recipe.name.replaceAll(" ", "-")}.log`);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, `${lines.join("\n")}\n`);
  const said = lines.filter((line) => !line.startsWith("go: downloading"));
  const tail = said.slice(-lastLines).map((line) => `  ${line}`);
  const whole = lines.join("\n");
  if (/no space left on device|disk quota exceeded/i.test(whole)) {
    return diskFull(cache, recipe.name);
  }
  if (/requires go >= |toolchain not available|invalid go version/.test(whole)) {
    const message = `${recipe.name} cannot be built with this Go version. Install a newer one (https://go.dev/dl/) and run again. Go says:`;
    return new ToolchainError("go too old", [message, ...tail].join("\n"));
  }
  if (phase === "download failed" && !/go\.sum|SECURITY ERROR|updates to go\.mod/.test(whole)) {
    const message = [
      `The Go modules that ${recipe.name} is built from could not be downloaded. Go says:`,
      ...tail,
      "Check the network (behind a mirror: GOPROXY, HTTPS_PROXY) and run again; downloaded modules are kept.",
      `The whole output is in ${log}`,
    ];
    return new ToolchainError("download failed", message.join("\n"));
  }
  const message = [
    `${recipe.name} could not be built. Go says:`,
    ...tail,
    `The whole output is in ${log}`,
    "`npm run doctor` lists the accepted programs on PATH.",
  ];
  return new ToolchainError("build failed", message.join("\n"));
}

/**
 * Checks the version of a program in the staging folder and moves it into the cache with one rename.
 * @throws ToolchainError if the version is wrong
 */
export async function finish(
  path: string,
  built: FoundProgram,
  question: Question,
  { environment, signal }: Workshop,
): Promise<void> {
  const answer = await askVersion(path, question, environment, signal);
  signal.throwIfAborted();
  if (!("version" in answer) || answer.version !== built.version) {
    const said = "version" in answer ? `it reports ${answer.version}` : answer.problem;
    const got = built.origin === "built" ? "built" : "downloaded";
    const message = `${built.name} was ${got}, but is not version ${built.version}: ${said}. It was discarded.`;
    throw new ToolchainError(
      "version check failed",
      `${message}\nRun again; if it persists, please report it.`,
    );
  }
  const file = await open(path, "r");
  await file.sync(); // The rename may reach the disk before the file's content.
  await file.close();
  const entry = dirname(built.path);
  const whole = `${path}.entry`;
  await mkdir(whole);
  await rename(path, join(whole, built.name));
  if (await isExecutable(built.path)) {
    return;
  }
  await rm(entry, { recursive: true, force: true });
  await mkdir(dirname(entry), { recursive: true });
  await rename(whole, entry);
  await pruneBeside(entry);
}
