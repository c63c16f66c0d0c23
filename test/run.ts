import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { forTests } from "../sandbox/toolchain/for-tests.ts";
import { provide } from "../sandbox/toolchain/provide.ts";
import { buildEverything, ensureToolchain, ToolchainError } from "../sandbox/toolchain/toolchain.ts";
import type { Outcome } from "./reporter.ts";

/*
 * `npm test`: the toolchain (with progress, since it may have to be downloaded or built) and a line for each program with
 * where it is from, every test, and at the end the one line `N passed, N failed`. Most tests wait
 * for other processes, so they run in lanes of about the same length, whose reports come one after the other. A test that
 * fails is tried once more, on machines that are as busy as these tests make them; what passed only then is named at the
 * end with what it said, and a counterexample stays one.
 * With `--thorough` (`npm run test:thorough`) random tests take larger samples. With `--build` every program is built here.
 * Other arguments go to mocha: `npm test -- test/model/*.test.ts --grep cycle`.
 */

/** What runs the engine without the control plane that the tests of a lane share. */
const ALONE = "test/engine/@(github-plugin|recover*|start|values-files).test.ts";
/** About a half of what needs one. */
const HALF = "test/engine/@(adopt*|audit*|lifecycle|secrets*|up).test.ts";
/** What needs one and is no test of the engine. */
const ASKING = ["sandbox/test/control-plane.test.ts", "test/examples/gitops.test.ts"];
const ENGINE = "test/engine/*.test.ts";
const PURE = "{test/{components,definitions,manifests,model},fleet/test}/**/*.test.ts";
const LANES: readonly (readonly string[])[] = [
  [HALF, ...ASKING],
  [ENGINE, ...without(ALONE, HALF)],
  [ALONE],
  [PURE],
  ["{test,sandbox/test}/**/*.test.ts", ...without(ENGINE, ...ASKING, PURE)],
];
const MOCHA = fileURLToPath(import.meta.resolve("mocha/bin/mocha.js"));
/** Generated files are thrown away as fast as they are made: in a large nursery they seldom outlive a collection. */
const NURSERY = "--max-semi-space-size=64";
const OWN = ["--thorough", "--build"] as const;

const [thorough, build] = OWN.map((option) => process.argv.includes(option));
const given = process.argv.slice(2).filter((argument) => !OWN.some((option) => option === argument));
const chosen = given.some((argument) => argument.includes(".test.ts"));
const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-run-"));

try {
  if (build) buildEverything();
  const { programs } = await ensureToolchain();
  const besides = chosen ? [] : await provide(forTests, { quiet: true });
  for (const { name, version, origin } of [...Object.values(programs), ...besides])
    console.log(`  ${name.padEnd(28)}${version.padEnd(10)}${origin}`);
  const lanes = chosen ? [[]] : LANES;
  const runs = lanes.map((specs, index) => runLane([...specs, ...given], index));
  const outcomes: Outcome[] = [];
  for (const { ended, report } of runs) {
    outcomes.push(await ended);
    process.stdout.write(await report);
  }
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

function without(...patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern) => ["--ignore", pattern]);
}

/** Starts one mocha. The first shows its report as it goes; that of another is kept until it is the other's turn. */
function runLane(
  args: readonly string[],
  index: number,
): { readonly ended: Promise<Outcome>; readonly report: Promise<string> } {
  const file = join(folder, `outcome-${index}.json`);
  const own = ["--reporter", "test/reporter.ts", "--retries", "1", ...args];
  const run = execa(process.execPath, [NURSERY, MOCHA, ...own], {
    stdin: "ignore",
    stdout: index === 0 ? "inherit" : "pipe",
    stderr: index === 0 ? "inherit" : "pipe",
    all: true,
    env: {
      TEST_OUTCOME: file,
      // The engines and API servers of Go spend less on collecting garbage than they like to: memory is not what is short.
      GOGC: "400",
      ...(thorough && { KARGO_FLEET_TESTS: "thorough" }),
    },
    reject: false,
  });
  return {
    ended: run.then((result) => outcomeOf(file, result.exitCode)),
    report: run.then(({ all = "" }) => `${all}\n`),
  };
}

async function outcomeOf(file: string, exitCode: number | undefined): Promise<Outcome> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    const failures = ["tests that ended before they were counted; what stopped them is above"];
    return { passed: 0, failed: 1, failures, retried: [] };
  }
  const outcome = JSON.parse(text) as Outcome;
  // What mocha calls a failure without a test of its own, such as a hook at the end.
  return exitCode === 0 || outcome.failed > 0 ? outcome : { ...outcome, failed: 1 };
}
