import { globSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { inParallel } from "../fleet/parallel.ts";
import { testPrograms } from "../sandbox/toolchain/for-tests.ts";
import { provide } from "../sandbox/toolchain/provide.ts";
import { buildEverything, ensureToolchain, ToolchainError } from "../sandbox/toolchain/toolchain.ts";
import type { Outcome } from "./reporter.ts";

/*
 * `npm test`: gets the toolchain, prints one line for each program with its origin, runs every `*.test.ts`, and ends with
 * `N passed, N failed`. Most tests wait for other processes, so they run in parallel lanes, four at once, whose
 * reports are printed one after the other. A failed test is retried once, because these tests keep a machine
 * busy; the end of the report names tests that passed only when retried, with their first error. A counterexample
 * always fails. `--thorough` (`npm run test:thorough`) runs every `*.thorough.ts` instead. `--large` uses larger random
 * samples. `--build` builds every program from source. Other arguments go to mocha: `npm test -- test/model/*.test.ts
 * --grep cycle`.
 */

/** Engine tests that do not use the shared control plane. */
const ALONE =
  "test/engine/@(api-faults|github-plugin*|interruptions|language-host|readme|recover*|start*|values-files)";
/** Those of one stack's life, and of every day, and some others. */
const LIFE =
  "test/engine/@(audit*|calendars|closed-stages|earlier-program|github-at-scale|half-lost-state|images|lifecycle|line|long-refusals|notifications|secrets*|silent-connection|up|windows)";
/** Those of a whole fleet, and some others, so that three lanes take equally long. */
const SCALE =
  "test/engine/@(adopt*|break-glass-record|engine-settings|fleet-up*|operator|preview|*shard*|status)";
/** Other tests that use the shared control plane. */
const ASKING = ["sandbox/test/control-plane", "test/examples/gitops"];
const ENGINE = "test/engine/*";
const PURE = "{test/{components,definitions,git-host,manifests,model},fleet/test}/**/*";
/** The longest first. Each is the files that it has, and those of them that others have. */
const LANES: readonly (readonly [readonly string[], without?: readonly string[]])[] = [
  [[LIFE, ...ASKING]],
  [[ENGINE], [ALONE, LIFE, SCALE]],
  [[SCALE]],
  [[PURE]],
  [["{test,sandbox/test}/**/*"], [ENGINE, ...ASKING, PURE]],
  [[ALONE]],
];
/** So many lanes run at once. Each waits for other processes half of the time. */
const AT_ONCE = 4;
const MOCHA = fileURLToPath(import.meta.resolve("mocha/bin/mocha.js"));
/** Where the tests' Node processes keep compiled code, as main.js does. */
const COMPILED = fileURLToPath(new URL("../node_modules/.cache/kargo-fleet", import.meta.url));
const OWN = ["--thorough", "--large", "--build"] as const;

const [thorough, large, build] = OWN.map((option) => process.argv.includes(option));
const given = process.argv.slice(2).filter((argument) => !OWN.some((option) => option === argument));
const kind = thorough ? ".thorough.ts" : ".test.ts";
const chosen = given.some((argument) => /\.(test|thorough)\.ts/.test(argument));
const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-run-"));

try {
  if (build) buildEverything();
  const { programs } = await ensureToolchain();
  const besides = chosen ? [] : await provide(testPrograms, { quiet: true });
  for (const { name, version, origin } of [...Object.values(programs), ...besides])
    console.log(`  ${name.padEnd(28)}${version.padEnd(10)}${origin}`);
  const lanes = chosen ? [[]] : LANES.map(specsOf).filter((specs) => specs.length > 0);
  const finished: Finished[] = [];
  let printed = 0;
  const steps = lanes.map((specs, index) => async () => {
    finished[index] = await runLane([...specs, ...given], index);
    while (printed in finished) process.stdout.write(finished[printed++]?.report ?? "");
  });
  await inParallel(steps, AT_ONCE);
  const outcomes = finished.map(({ outcome }) => outcome);
  const passed = outcomes.reduce((sum, each) => sum + each.passed, 0);
  const failed = outcomes.reduce((sum, each) => sum + each.failed, 0);
  for (const text of outcomes.flatMap(({ retried }) => retried)) console.log(`failed at first: ${text}`);
  for (const title of outcomes.flatMap(({ failures }) => failures)) console.log(`failed: ${title}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof ToolchainError ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The files of a lane. */
function specsOf([of, without = []]: (typeof LANES)[number]): string[] {
  const named = (patterns: readonly string[]) => patterns.map((pattern) => `${pattern}${kind}`);
  const others = new Set(globSync(named(without)));
  return globSync(named(of)).filter((file) => !others.has(file));
}

/** What one lane ended with. */
interface Finished {
  readonly outcome: Outcome;
  readonly report: string;
}

/** Runs one mocha process. The first prints its report at once; others are buffered until their turn. */
async function runLane(args: readonly string[], index: number): Promise<Finished> {
  const file = join(folder, `outcome-${index}.json`);
  const own = ["--reporter", "test/reporter.ts", "--retries", "1", ...args];
  const { exitCode, all = "" } = await execa(process.execPath, [MOCHA, ...own], {
    stdin: "ignore",
    stdout: index === 0 ? "inherit" : "pipe",
    stderr: index === 0 ? "inherit" : "pipe",
    all: true,
    env: {
      TEST_OUTCOME: file,
      // Go programs collect garbage less often, because there is enough memory.
      GOGC: "400",
      NODE_COMPILE_CACHE: COMPILED,
      ...(large && { KARGO_FLEET_TESTS: "large" }),
    },
    reject: false,
  });
  return { outcome: await outcomeOf(file, exitCode), report: `${all}\n` };
}

async function outcomeOf(file: string, exitCode: number | undefined): Promise<Outcome> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    const failures = ["tests that ended before they were counted; what stopped them is above"];
    return { passed: 0, failed: 1, failures, retried: [] };
  }
  const outcome = JSON.parse(text) as Outcome;
  // A failure outside a test, such as in a final hook.
  return exitCode === 0 || outcome.failed > 0 ? outcome : { ...outcome, failed: 1 };
}
