import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ensureToolchain, ToolchainError } from "../sandbox/toolchain/toolchain.ts";

/*
 * `npm test`: the toolchain (with progress, since it may have to be built), every test, the coverage of them all, and at
 * the end the one line `N passed, N failed`. The engine's tests mostly wait for other processes, so they run beside the
 * rest, whose report comes after theirs. Arguments go to mocha: `npm test -- test/model/*.test.ts --grep cycle`.
 */

const ENGINE = "test/engine/**/*.test.ts";
const BESIDE_EACH_OTHER: readonly (readonly string[])[] = [
  [ENGINE],
  ["test/**/*.test.ts", "--ignore", ENGINE],
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const given = process.argv.slice(2);
const chosen = given.some((argument) => argument.includes(".test.ts"));
const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-run-"));
const coverage = join(folder, "coverage");

try {
  await ensureToolchain();
  const suites = chosen ? [[]] : BESIDE_EACH_OTHER;
  const runs = suites.map((specs, index) => runSuite([...specs, ...given], index));
  const counts: Counts[] = [];
  for (const { ended, report } of runs) {
    counts.push(await ended);
    process.stdout.write(await report);
  }
  await execa("c8", ["report", "--temp-directory", coverage], { preferLocal: true, stdio: "inherit" });
  const passed = counts.reduce((sum, each) => sum + each.passed, 0);
  const failed = counts.reduce((sum, each) => sum + each.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = passed > 0 && failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof ToolchainError ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Starts one mocha. The first shows its report as it goes; that of another is kept until it is the other's turn. */
function runSuite(
  args: readonly string[],
  index: number,
): { readonly ended: Promise<Counts>; readonly report: Promise<string> } {
  const file = join(folder, `counts-${index}.json`);
  const run = execa("mocha", ["--reporter", "test/reporter.ts", ...args], {
    preferLocal: true,
    stdin: "ignore",
    stdout: index === 0 ? "inherit" : "pipe",
    stderr: index === 0 ? "inherit" : "pipe",
    all: true,
    env: { TEST_COUNTS: file, NODE_V8_COVERAGE: coverage },
    reject: false,
  });
  return {
    ended: run.then((result) => countsOf(file, result.exitCode)),
    report: run.then(({ all = "" }) => `${all}\n`),
  };
}

async function countsOf(file: string, exitCode: number | undefined): Promise<Counts> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    console.error("The tests ended before they were counted; what stopped them is above.");
    return { passed: 0, failed: 1 };
  }
  const counts = JSON.parse(text) as Counts;
  // What mocha calls a failure without a test of its own, such as a hook at the end.
  return exitCode === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}
