import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { ensureToolchain, ToolchainError } from "../sandbox/toolchain/toolchain.ts";

/*
 * `npm test`: the toolchain (with progress, since it may have to be built), every test under c8, the coverage, and at
 * the end the one line `N passed, N failed`. Arguments go to mocha: `npm test -- test/model/*.test.ts --grep cycle`.
 */

const given = process.argv.slice(2);
const specs = given.some((argument) => argument.includes(".test.ts")) ? [] : ["test/**/*.test.ts"];
const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-run-"));
const counts = join(folder, "counts.json");

try {
  await ensureToolchain();
  const run = await execa("c8", ["mocha", "--reporter", "test/reporter.ts", ...specs, ...given], {
    preferLocal: true,
    stdio: "inherit",
    env: { TEST_COUNTS: counts },
    reject: false,
  });
  const text = await readFile(counts, "utf8").catch(() => undefined);
  const { passed, failed } = text
    ? (JSON.parse(text) as { passed: number; failed: number })
    : { passed: 0, failed: 1 };
  if (!text) console.error("The tests ended before they were counted; what stopped them is above.");
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = passed > 0 && failed === 0 && run.exitCode === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof ToolchainError ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
