import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import type { Outcome } from "./reporter.ts";

const TESTS = `
import assert from "node:assert/strict";
import fc from ${JSON.stringify(resolve("node_modules/fast-check/lib/fast-check.js"))};

const tries = new Map();
const first = (name) => {
  tries.set(name, (tries.get(name) ?? 0) + 1);
  return tries.get(name) === 1;
};

it("passes", () => {});
it("passes at the second try", () => assert.ok(!first("busy")));
it("meets a counterexample once", () => {
  const holds = !first("property");
  fc.assert(fc.property(fc.nat(), () => assert.ok(holds)));
});
it("is told no once", () => {
  const holds = !first("answer");
  fc.assert(fc.property(fc.nat(), () => holds));
});
it("finds nobody to ask once", () => {
  const there = !first("server");
  fc.assert(fc.property(fc.nat(), () => {
    if (!there) throw new Error("connect ECONNREFUSED");
  }));
});
it("fails", () => assert.fail("x".repeat(5_000) + "the reason"));
it("is still to be written");
`;

const titles = (told: readonly string[]) => told.map((text) => text.split(":")[0]);

describe("npm test's summary", () => {
  let outcome: Outcome;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "kargo-fleet-reporter-"));
    const [tests, file] = [join(folder, "some.mjs"), join(folder, "outcome.json")];
    await writeFile(tests, TESTS);
    const args = ["--no-config", "--reporter", resolve("test/reporter.ts"), "--retries", "1", tests];
    await execa("mocha", args, { preferLocal: true, env: { TEST_OUTCOME: file }, reject: false });
    outcome = JSON.parse(await readFile(file, "utf8")) as Outcome;
    await rm(folder, { recursive: true });
  });

  it("counts a counterexample as a failure, even if the retry does not find it", () => {
    assert.deepEqual(titles(outcome.failures), ["fails", "meets a counterexample once", "is told no once"]);
  });

  it("names the error of a failed test, and only the end of a long one", () => {
    const [failure = ""] = outcome.failures;
    assert.match(failure, /^fails: … x{1990}the reason$/);
  });

  it("counts a pending test as a failure", () => {
    assert.equal(outcome.failed, outcome.failures.length + 1);
  });

  it("counts passed and retried tests, and names those that failed first", () => {
    assert.equal(outcome.passed, 3);
    assert.deepEqual(titles(outcome.retried), [
      "passes at the second try",
      "meets a counterexample once",
      "is told no once",
      "finds nobody to ask once",
      "fails",
    ]);
  });
});
