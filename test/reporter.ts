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

/** Another try takes other random values: that it does not meet a counterexample says nothing against it. */
function isCounterexample({ message, cause }: Error): boolean {
  const said = cause instanceof Error && ("code" in cause ? cause.code : cause.message);
  return (
    message.startsWith("Property failed") &&
    (said === "ERR_ASSERTION" || /by returning false/.test(`${said}`))
  );
}
