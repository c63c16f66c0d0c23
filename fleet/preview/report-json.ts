import type { Plan } from "../../model/plan.ts";
import type { FleetReport, StackChange } from "./change.ts";

/** The report as JSON, with the plans of affected services only. */
export function reportJson(report: FleetReport): string {
  const stacks = report.stacks.map(({ change, engine }) => ({ change: slim(change), engine }));
  return JSON.stringify({ ...report, stacks }, null, 2);
}

function slim(change: StackChange): StackChange {
  const affected = new Set(change.services.map(({ service }) => service));
  const only = (plan: Plan | undefined) =>
    plan && { ...plan, services: plan.services.filter(({ name }) => affected.has(name)) };
  return { ...change, before: only(change.before), after: only(change.after) };
}
