import { writeFileSync } from "node:fs";
import mocha from "mocha";

/** The result that one mocha process reports to the run. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** The full title of each failed test. */
  readonly failures: readonly string[];
  /** The full title of each test that failed first, with its error. */
  readonly retried: readonly string[];
}

/** Mocha's own report, with the result in a file for the summary of the run. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.TEST_OUTCOME;
    const failures: string[] = [];
    const retried: string[] = [];
    const counterexamples: string[] = [];
    runner.on("fail", (test) => failures.push(test.fullTitle()));
    runner.on("retry", (test, error: Error) => {
      retried.push(`${test.fullTitle()}: ${error.message}`);
      if (isCounterexample(error)) counterexamples.push(test.fullTitle());
    });
    runner.once("end", () => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      const unmet = counterexamples.filter((title) => !failures.includes(title));
      const outcome: Outcome = {
        passed: passes - unmet.length,
        // A pending test proves nothing, so it counts as failed.
        failed: failed + pending + unmet.length,
        failures: [...failures, ...unmet],
        retried,
      };
      if (file) writeFileSync(file, JSON.stringify(outcome));
    });
  }
}

/** A retry uses other random values, so it does not disprove a counterexample. */
function isCounterexample({ message, cause }: Error): boolean {
  const said = cause instanceof Error && ("code" in cause ? cause.code : cause.message);
  return (
    message.startsWith("Property failed") &&
    (said === "ERR_ASSERTION" || /by returning false/.test(`${said}`))
  );
}
