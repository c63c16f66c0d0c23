import { durationSeconds, isDuration } from "../../model/durations.ts";
import type { FleetStatus, ServiceStatus, StageStatus } from "./fleet-status.ts";

/** Which services a status shows. A service must pass all filters that are given. */
export interface Filters {
  readonly teams?: readonly string[] | undefined;
  /** Only services that wait for a person. */
  readonly waiting: boolean;
  /** Only services with a failed Promotion, stuck Freight, or a Warehouse that finds nothing. */
  readonly failed: boolean;
  /** Only services whose last Stages have had no new version for so many seconds. */
  readonly stale?: number | undefined;
}

/** Parses `--stale`: days and weeks too, as `14d`, `2w`, `1d12h`. @returns seconds, or why it is no duration */
export function ageOf(text: string): number | string {
  const [, weeks = "0", days = "0", rest = ""] = /^(?:(\d{1,4})w)?(?:(\d{1,5})d)?(.*)$/s.exec(text) ?? [];
  if (text === "" || (rest !== "" && !isDuration(rest)))
    return "It must be a duration such as 14d, 2w or 36h.";
  return (Number(weeks) * 7 + Number(days)) * 86_400 + (rest === "" ? 0 : durationSeconds(rest));
}

/** The status of the services that pass; the clusters stay, because one may be unreadable. */
export function filtered(status: FleetStatus, filters: Filters): FleetStatus {
  const now = Date.parse(status.at);
  return { ...status, services: status.services.filter((service) => passes(service, filters, now)) };
}

function passes(service: ServiceStatus, { teams, waiting, failed, stale }: Filters, now: number): boolean {
  return (
    (teams === undefined || teams.includes(service.team)) &&
    // A service that could not be read may pass, so it stays.
    (service.unreadable !== undefined ||
      ((!waiting || service.stages.some(waitsForPerson)) &&
        (!failed || service.warehouse !== undefined || service.stages.some(isFailed)) &&
        (stale === undefined || isStale(service, now - stale * 1000))))
  );
}

function waitsForPerson({ waits }: StageStatus): boolean {
  return waits.some(({ kind }) => kind === "promotion" || kind === "sync" || kind === "failure");
}

function isFailed({ failed, waits }: StageStatus): boolean {
  return failed !== undefined || waits.some(({ kind }) => kind === "failure");
}

/** A last Stage that never had a version is stale if an earlier one has had its own for that long. */
function isStale({ stages }: ServiceStatus, before: number): boolean {
  const upstream = new Set(stages.flatMap(({ after }) => after));
  const last = stages.filter(({ stage, controlFlow }) => !controlFlow && !upstream.has(stage));
  const old = ({ version }: StageStatus) => Date.parse(version?.since ?? "") < before;
  return last.some((stage) => (stage.version === undefined ? stages.some(old) : old(stage)));
}
