import type { Matrix } from "../../audit/matrix.ts";
import type { FleetStatus, ServiceStatus } from "../fleet-status.ts";

/** A service on the page. Of its lead times the page needs only the seconds, by Stage. */
export interface PageService extends Omit<ServiceStatus, "leadTimes"> {
  readonly leadTimes: readonly (readonly [stage: string, seconds: readonly number[]])[];
}

export type AccessMap = ReturnType<typeof accessMap>;

export type PageData = ReturnType<typeof pageData>;

/**
 * What the page's script reads.
 * @param note a sentence above everything, such as that these are samples
 */
export function pageData(status: FleetStatus, access?: Matrix, note?: string) {
  return {
    ...status,
    services: status.services.map(
      (service): PageService => ({ ...service, leadTimes: secondsByStage(service) }),
    ),
    ...(access && { access: accessMap(access) }),
    ...(note !== undefined && { note }),
  };
}

function secondsByStage({ leadTimes }: ServiceStatus): PageService["leadTimes"] {
  const stages = Map.groupBy(leadTimes, ({ stage }) => stage);
  return [...stages].map(([stage, all]) => [stage, all.map(({ seconds }) => Math.round(seconds))]);
}

/** One column for all namespaces in which every row has the same rights. Its cells are in the order of the rows. */
function accessMap(matrix: Matrix) {
  const rows = [...matrix.values()];
  const namespaces = [...(rows[0]?.keys() ?? [])];
  const cellsOf = (namespace: string) => rows.map((row) => row.get(namespace) ?? "none");
  const alike = Map.groupBy(namespaces, (namespace) => cellsOf(namespace).join());
  const columns = [...alike.values()].map((group) => ({
    namespaces: group,
    cells: cellsOf(group[0] ?? ""),
  }));
  return { rows: [...matrix.keys()], columns };
}
