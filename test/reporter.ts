import { writeFileSync } from "node:fs";
import mocha from "mocha";

/** What one mocha tells the run that started it. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** The whole title of each test that failed. */
  readonly failures: readonly string[];
  /** The whole title of each test that failed at first, and what it said then. */
  readonly retried: readonly string[];
}

/** Mocha's own report, and the outcome in a file for the lines that close the run. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.TEST_OUTCOME;
    const failures: string[] = [];
    const retried: string[] = [];
    runner.on("fail", (test) => failures.push(test.fullTitle()));
    runner.on("retry", (test, { message }: Error) => retried.push(`${test.fullTitle()}: ${message}`));
    runner.once("end", () => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      // A pending test proves nothing, so it counts as failed.
      const outcome: Outcome = { passed: passes, failed: failed + pending, failures, retried };
      if (file) writeFileSync(file, JSON.stringify(outcome));
    });
  }
}
