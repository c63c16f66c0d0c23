import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { command, JSON_OPTION, option, required } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import type { FleetReport } from "./preview/change.ts";
import { doneReport } from "./report/done-report.ts";
import { readEventLog, type UpLog } from "./report/event-log.ts";
import { renderReport } from "./report/markdown.ts";
import { servicesOf, verdictOf } from "./report/verdict.ts";

/** The `up` failed or was interrupted. */
const FAILED = 3;

/** The default path of the log of a stack's last `up`. */
function logOf(stack: string): string {
  return `.kargo-fleet/${stack}.up.jsonl`;
}

export const reportCommand = command({
  name: "report",
  description: "Reports what the last up of a stack did, from the engine's events.",
  options: {
    lastUp: required("", "the report of the last up"),
    stack: required("<name>", "the stack"),
    events: option("<file>", "the engine's log (default: .kargo-fleet/<stack>.up.jsonl)"),
    report: option("<file>", "also write the report to this file"),
    json: JSON_OPTION,
  },
  help: `
This script runs the up and keeps its events without debug events, which contain secrets:

  mkdir -p .kargo-fleet
  .github/scripts/with-events.sh .kargo-fleet/prod.up.jsonl up --stack prod

It needs no engine, no cluster and no passphrase. It prints the name, the operation and the changed paths of each resource,
but no values.

Exit codes: 0 the up succeeded, 3 it failed or was interrupted, 1 the log could not be read.

Examples:
  npm run fleet -- report --last-up --stack prod
  npm run fleet -- report --last-up --stack prod --report up.md`,
  run({ stack, events, report: file, json }) {
    const up = readLog(events ?? logOf(stack), stack);
    const report = reportOfUp(up, stack);
    const markdown = renderReport(report);
    if (file !== undefined) writeFileSync(file, markdown);
    process.stdout.write(json ? `${upJson(up, report)}\n` : markdown);
    if (up.run.outcome !== "succeeded") process.exitCode = FAILED;
  },
});

/** @throws FleetError if the log is missing or belongs to another stack */
function readLog(file: string, stack: string): UpLog {
  if (!existsSync(file))
    throw new FleetError(
      `${file}  does not exist: the last up kept no events. Run it as .github/scripts/with-events.sh ${file} up, or name another file with --events.`,
    );
  if (!statSync(file).isFile()) throw new FleetError(`${file}  is not a file. Name another with --events.`);
  const up = readEventLog(readFileSync(file, "utf8"));
  if (up === undefined)
    throw new FleetError(
      `${file}  is not a log of the engine's events. Name the file that with-events.sh wrote.`,
    );
  if (up.stack !== "" && up.stack !== stack)
    throw new FleetError(
      `${file}  is of stack ${JSON.stringify(up.stack)}, not of ${JSON.stringify(stack)}. Name its own with --events.`,
    );
  return up;
}

function reportOfUp({ run, onlyPreviewed }: UpLog, stack: string): FleetReport {
  const errors = onlyPreviewed
    ? [...run.errors, "Only the preview before the up ran; nothing was changed."]
    : run.errors;
  return doneReport(`the last up of ${stack}`, [{ stack, engine: { ...run, errors } }]);
}

function upJson({ interrupted, onlyPreviewed, run }: UpLog, report: FleetReport): string {
  const { is, counts } = verdictOf(report);
  const services = report.stacks.flatMap(servicesOf);
  return JSON.stringify({ verdict: is, counts, interrupted, onlyPreviewed, services, ...run }, null, 2);
}
