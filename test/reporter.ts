import { writeFileSync } from "node:fs";
import mocha from "mocha";

/** The result that one mocha process reports to the run. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** The full title of each failed test or hook, with its error. */
  readonly failures: readonly string[];
  /** The full title of each test that failed first, with its error. */
  readonly retried: readonly string[];
}

/** How many characters of an error the end of a run shows: its last ones, where a command says why it failed. */
const LONGEST = 2_000;

/** Mocha's own report, with the result in a file for the summary of the run. */
export default class CountingReporter extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options: mocha.MochaOptions) {
    super(runner, options);
    const file = process.env.TEST_OUTCOME;
    const failures: string[] = [];
    const retried: string[] = [];
    const failedTests = new Set<string>();
    const counterexamples = new Map<string, string>();
    runner.on("fail", (test, error: Error) => {
      failedTests.add(test.fullTitle());
      failures.push(told(test, error));
    });
    runner.on("retry", (test, error: Error) => {
      retried.push(told(test, error));
      if (isCounterexample(error)) counterexamples.set(test.fullTitle(), told(test, error));
    });
    runner.once("end", () => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      const unmet = [...counterexamples].flatMap(([title, text]) => (failedTests.has(title) ? [] : [text]));
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

/** The end of a run names the error too, because the report above it may be cut. */
function told(test: mocha.Runnable, { message }: Error): string {
  const end = message.length > LONGEST ? `… ${message.slice(-LONGEST)}` : message;
  return `${test.fullTitle()}: ${end}`;
}

/** A retry uses other random values, so it does not disprove a counterexample. */
function isCounterexample({ message, cause }: Error): boolean {
  const said = cause instanceof Error && ("code" in cause ? cause.code : cause.message);
  return (
    message.startsWith("Property failed") &&
    (said === "ERR_ASSERTION" || /by returning false/.test(`${said}`))
  );
}
