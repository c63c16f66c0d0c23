import { isDeepStrictEqual } from "node:util";
import type { FleetReport } from "./change.ts";

export function renderReport(report: FleetReport): string {
  return `${JSON.stringify(
    report.stacks.map(({ change, engine }) => [
      change.stack,
      change.services.map(({ service }) => service),
      engine,
    ]),
    null,
    2,
  )}\n`;
}
export const renderComment = renderReport;
export function loudLines(report: FleetReport): FleetReport {
  return report;
}
export function loudCounts({
  stacks,
}: FleetReport): Record<"deletion" | "replacement" | "protection" | "access", number> {
  const steps = stacks.flatMap(({ engine }) => engine?.steps ?? []);
  return {
    deletion: steps.filter(({ op }) => op === "delete").length,
    replacement: steps.filter(({ op }) => op === "replace").length,
    protection: 0,
    access: stacks
      .flatMap(({ change }) => change.services)
      .filter(({ before, after }) => before && after && !isDeepStrictEqual(before.access, after.access))
      .length,
  };
}
