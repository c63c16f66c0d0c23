import type { ServicePlan } from "../../model/plan.ts";
import { label, type Row } from "./actors.ts";
import { rightsOf } from "./expectations.ts";
import type { Finding } from "./findings.ts";
import type { Probe } from "./probes.ts";

/** What a row may do in a namespace; `wrong` where it is not what the plan promises. */
export type Cell = "team" | "approver" | "both" | "none" | "wrong";

/** Who may do what where: by the row's label, then by the namespace. */
export type Matrix = ReadonlyMap<string, ReadonlyMap<string, Cell>>;

export function matrixOf(
  rows: readonly Row[],
  services: readonly ServicePlan[],
  findings: readonly Finding[],
  probes: readonly Probe[],
): Matrix {
  const wrong = new Set([
    ...findings.map(({ who, where }) => `${who}\n${where}`),
    ...probes
      .filter(({ outcome }) => outcome === "wrong")
      .map(({ who, namespace }) => `${who}\n${namespace}`),
  ]);
  const cell = (row: Row, service: ServicePlan): Cell => {
    const isWrong = row.actors.some((actor) =>
      [service.project, "every namespace"].some((where) => wrong.has(`${label(actor)}\n${where}`)),
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
