import type { ServicePlan } from "../../model/plan.ts";
import { labelsOf, type Row } from "./actors.ts";
import { EVERY_NAMESPACE, type Finding } from "./finding.ts";
import type { Probe } from "./probes.ts";
import { rightsOf } from "./rights.ts";

/** The rights of a row in a namespace; `wrong` if they differ from the plan. */
export type Cell = "team" | "approver" | "both" | "none" | "wrong";

/** The rights by the row's label, then by namespace. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<string, Cell>>;

export function matrixOf(
  rows: readonly Row[],
  services: readonly ServicePlan[],
  findings: readonly Finding[],
  probes: readonly Probe[],
): Matrix {
  const wrong = new Set([
    ...findings.flatMap(({ who, where }) => who.map((each) => `${each}\n${where}`)),
    ...probes
      .filter(({ outcome }) => outcome === "wrong")
      .map(({ who, namespace }) => `${who}\n${namespace}`),
  ]);
  const cell = (row: Row, service: ServicePlan): Cell => {
    const isWrong = row.actors.some((actor) =>
      labelsOf(actor).some((label) =>
        [service.project, EVERY_NAMESPACE].some((where) => wrong.has(`${label}\n${where}`)),
      ),
    );
    if (isWrong) return "wrong";
    const rights = row.actors.map((actor) => rightsOf(actor, service));
    const team = rights.some((each) => each.team);
    const approver = rights.some((each) => each.approve);
    if (team && approver) return "both";
    return team ? "team" : approver ? "approver" : "none";
  };
  return new Map(
    rows.map((row) => [row.label, new Map(services.map((service) => [service.project, cell(row, service)]))]),
  );
}
