import { rmSync } from "node:fs";
import { copyFile, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type EditedModule, editModule } from "./edited-module.ts";
import { diskFull, ToolchainError } from "./errors.ts";
import type { Finding, FoundProgram } from "./look.ts";
import { goarch, goos, isExecutable, pruneBeside } from "./places.ts";
import { type Ended, runInGroup } from "./process-group.ts";
import type { Question } from "./programs.ts";
import { buildEnvironment, buildFlags, type Recipe } from "./recipes.ts";
import { askVersion } from "./version.ts";

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

/** A build of one module. The environment is that of Go. */
interface Build extends Workshop {
  readonly recipe: Recipe;
  /** The names of its programs. */
  readonly name: string;
}

/**
 * Builds programs of one module with one call of `go build`, checks their versions, and moves each into the cache
 * with one rename, so that every entry is complete.
 * @throws ToolchainError
 */
export async function build(
  programs: readonly Pick<Finding, "built" | "definition">[],
  recipe: Recipe,
  workshop: Workshop,
): Promise<void> {
  const name = programs.map(({ built }) => built.name).join(", ");
  await inStaging(workshop.cache, async (staging) => {
    const temporary = join(staging, "tmp");
    const out = join(staging, "out");
    await mkdir(temporary);
    await mkdir(out);
    const packages = programs.map(({ definition }) => definition.package);
    const environment = {
      ...workshop.environment,
      ...buildEnvironment,
      GOOS: goos(),
      GOARCH: goarch(),
      GOTMPDIR: temporary,
    };
    const making = { ...workshop, environment, recipe, name };
    const module = recipe.edited && (await prepare(recipe.edited, staging, making));
    // Downloads first, to distinguish a network failure from a build failure.
    await fetchModules(
      ["list"],
      ["-mod=readonly", "-deps", "-f", '{{""}}', ...(module ?? []), ...packages],
      making,
    );
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
      throw await failure("build failed", ended.lines, making);
    }
    workshop.report("checking versions");
    for (const { built, definition } of programs) {
      await finish(join(out, built.name), built, definition.question, workshop);
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
async function prepare(edited: EditedModule, staging: string, making: Build): Promise<readonly string[]> {
  const { recipe, report } = making;
  const [file, copy] = [join(staging, "go.mod"), join(staging, "source")];
  const { lines } = await fetchModules(["mod", "download"], ["-json", edited.path], making);
  const source = /"Dir": "(.+)"/.exec(lines.join("\n"))?.[1] ?? "";
  report("editing the source");
  await editModule(edited, source, recipe.module, copy);
  await writeFile(
    file,
    `${await readFile(join(recipe.module, "go.mod"), "utf8")}\nreplace ${edited.path} => ${copy}\n`,
  );
  await copyFile(join(recipe.module, "go.sum"), join(staging, "go.sum"));
  return [`-modfile=${file}`];
}

/** Runs a command of Go that downloads modules, again if a download fails. */
async function fetchModules(
  command: readonly string[],
  args: readonly string[],
  making: Build,
): Promise<Ended> {
  const { go, recipe, report } = making;
  report("looking for Go modules");
  let fetched = 0;
  const onLine = (line: string) => {
    if (line.startsWith("go: downloading")) {
      fetched += 1;
      report(`downloading Go modules (${fetched} so far)`);
    }
  };
  for (let attempt = 1; ; attempt += 1) {
    const ended = await runInGroup(go, [...command, "-C", recipe.module, ...args], { ...making, onLine });
    if (ended.exitCode === 0) {
      return ended;
    }
    const error = await failure("download failed", ended.lines, making);
    const pointless = error.problem !== "download failed" || /GOPROXY=off/.test(error.message);
    if (attempt === downloadAttempts || pointless) {
      throw error;
    }
    report(`download failed, attempt ${attempt + 1} of ${downloadAttempts}`);
    await delay(2_000 * attempt, undefined, { signal: making.signal });
  }
}

/** Finds the cause in Go's output and writes all output to a log file. */
async function failure(
  phase: "download failed" | "build failed",
  lines: readonly string[],
  { name, cache, signal }: Build,
): Promise<ToolchainError> {
  signal.throwIfAborted();
  const log = join(cache, "logs", `${name.replaceAll(", ", "-")}.log`);
  await mkdir(dirname(log), { recursive: true });
  await writeFile(log, `${lines.join("\n")}\n`);
  const said = lines.filter((line) => !line.startsWith("go: downloading"));
  const tail = said.slice(-lastLines).map((line) => `  ${line}`);
  const whole = lines.join("\n");
  if (/no space left on device|disk quota exceeded/i.test(whole)) {
    return diskFull(cache, name);
  }
  if (/requires go >= |toolchain not available|invalid go version/.test(whole)) {
    const message = `${name} cannot be built with this Go version. Install a newer one (https://go.dev/dl/) and run again. Go says:`;
    return new ToolchainError("go too old", [message, ...tail].join("\n"));
  }
  if (phase === "download failed" && !/go\.sum|SECURITY ERROR|updates to go\.mod/.test(whole)) {
    const message = [
      `The Go modules that ${name} is built from could not be downloaded. Go says:`,
      ...tail,
      "Check the network (behind a mirror: GOPROXY, HTTPS_PROXY) and run again; downloaded modules are kept.",
      `The whole output is in ${log}`,
    ];
    return new ToolchainError("download failed", message.join("\n"));
  }
  const message = [
    `${name} could not be built. Go says:`,
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
