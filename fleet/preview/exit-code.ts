import { isBlocked } from "../report/verdict.ts";
import { warningCounts, warningLines } from "../report/warnings.ts";
import type { FleetReport } from "./change.ts";

/** What a report can be failed for, and the kind of sentence that it is. */
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
 * What a report comes to: 1 where a stack could not be previewed, so that nothing is known of it; 2 where the files are
 * wrong, the guard refuses, or a service could not be made; 3 where it contains what it shall not; else 0.
 */
export function exitCodeOf(report: FleetReport, failOn: readonly Alarm[]): 0 | 1 | 2 | 3 {
  const { stacks, problems } = report;
  if (stacks.some(({ engine }) => engine?.outcome === "failed")) return 1;
  const refused = stacks.some(
    ({ change, engine }) =>
      change.problems.length > 0 ||
      engine?.outcome === "refused" ||
      isBlocked({ change, engine }) ||
      // What the engine let through is not lost: the stack never had it.
      (engine === undefined && change.losses.length > 0),
  );
  if (refused || problems.length > 0) return 2;
  const counts = warningCounts(warningLines(report));
  return failOn.some((alarm) => counts[KINDS[alarm]] > 0) ? 3 : 0;
}
