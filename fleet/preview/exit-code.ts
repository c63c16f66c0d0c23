import { isBlocked } from "../report/verdict.ts";
import { warningCounts, warningLines } from "../report/warnings.ts";
import type { FleetReport } from "./change.ts";

/** The values of `--fail-on` and the kind of warning for each. */
const KINDS = {
  deletions: "deletion",
  replacements: "replacement",
  protection: "protection",
  access: "access",
  source: "source",
  unclassified: "unclassified",
} as const;
export type Alarm = keyof typeof KINDS;
export const ALARMS = Object.keys(KINDS) as readonly Alarm[];

/**
 * The exit code of a report: 1 if a stack could not be previewed; 2 if the files have problems, the loss check
 * refuses, or a service could not be created; 3 if it contains a kind of `failOn`; else 0.
 */
export function exitCodeOf(report: FleetReport, failOn: readonly Alarm[]): 0 | 1 | 2 | 3 {
  const { stacks, problems } = report;
  if (stacks.some(({ engine }) => engine?.outcome === "failed")) return 1;
  const refused = stacks.some(
    ({ change, engine }) =>
      change.problems.length > 0 ||
      engine?.outcome === "refused" ||
      isBlocked({ change, engine }) ||
      // If the engine accepted the loss, the stack never had the service.
      (engine === undefined && change.losses.length > 0),
  );
  if (refused || problems.length > 0) return 2;
  const counts = warningCounts(warningLines(report));
  return failOn.some((alarm) => counts[KINDS[alarm]] > 0) ? 3 : 0;
}
