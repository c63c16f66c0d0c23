import { type CalendarData, calendarData, rulesOf, STOP } from "../../manifests/calendar.ts";
import { type ClosingRule, rfc3339 } from "../../model/calendar.ts";
import { didYouMean, listed } from "../../model/diagnostics.ts";
import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { CONFIG_MAPS, readCalendar } from "./calendars.ts";

/** What `fleet stop-the-line` asks for. */
export interface StopRequest {
  readonly reason: string;
  /** Empty: all. */
  readonly stages: readonly string[];
  /** Empty: all. */
  readonly services: readonly string[];
  readonly until?: Date | undefined;
}

/** The stops before and after a change. */
export interface LineChange {
  readonly before: readonly ClosingRule[];
  readonly after: readonly ClosingRule[];
}

/**
 * Adds a stop under the caller's own rights and name. Stops of other people stay.
 * @throws FleetError if the caller may not
 */
export function stopTheLine(cluster: Cluster, request: StopRequest, dryRun: boolean): Promise<LineChange> {
  return change(cluster, dryRun, async (stops) => {
    const numbers = stops.map(({ id }) => Number(id.split("-")[1]));
    const { reason, stages, services, until } = request;
    const rule: ClosingRule = {
      id: `stop-${Math.max(0, ...numbers) + 1}`,
      kind: "stopped",
      stages,
      services,
      reason,
      ...(until && { until: rfc3339(until.getTime()) }),
      by: await ownName(cluster),
    };
    return calendarData([rule]);
  });
}

/**
 * Ends stops.
 * @param ids which; empty for the only one
 * @throws FleetError if several could be meant, or a named one does not exist
 */
export function resume(
  cluster: Cluster,
  { ids, all }: { readonly ids: readonly string[]; readonly all: boolean },
  dryRun: boolean,
): Promise<LineChange> {
  return change(cluster, dryRun, async (stops, data) => {
    const known = stops.map(({ id }) => id);
    const unknown = ids.filter((id) => !known.includes(id));
    if (unknown.length > 0)
      throw new FleetError(
        `There is no stop ${unknown.join(", ")} (there are: ${listed(known)}). ${didYouMean(unknown[0] ?? "", known) ?? ""}`.trimEnd(),
      );
    if (!all && ids.length === 0 && known.length > 1)
      throw new FleetError(
        `There are ${known.length} stops: ${listed(stops.map(({ id, by = "", reason }) => `${id} by ${by} (${reason})`))}. Name those to end, or end all with --all.`,
      );
    const ended = ids.length > 0 ? ids : known;
    const keys = Object.keys(data).filter((key) => ended.includes(key.split(".")[0] ?? ""));
    return Object.fromEntries(keys.map((key) => [key, null]));
  });
}

/** How often to read again if somebody else changed the object meanwhile. */
const ATTEMPTS = 5;

async function change(
  cluster: Cluster,
  dryRun: boolean,
  patchOf: (stops: readonly ClosingRule[], data: CalendarData) => Promise<Record<string, string | null>>,
): Promise<LineChange> {
  for (let attempt = 1; ; attempt++) {
    const { data, resourceVersion } = await readCalendar(cluster, STOP);
    const before = rulesOf(data);
    const patch = await patchOf(before, data);
    if (Object.keys(patch).length === 0) return { before, after: before };
    const query = `fieldManager=kargo-fleet${dryRun ? "&dryRun=All" : ""}`;
    const answer = await cluster.send({
      method: "PATCH",
      path: `${CONFIG_MAPS}/${STOP}?${query}`,
      body: { data: patch, metadata: { resourceVersion } },
    });
    if (answer.status === 409 && attempt < ATTEMPTS) continue;
    if (answer.status !== 200)
      throw new FleetError(
        `The API server did not change the stops (${answer.status}): ${messageOf(answer)} access.incident of the stack names who may.`,
      );
    return { before, after: rulesOf((answer.body as { data?: CalendarData }).data ?? {}) };
  }
}

/** The name by which the API server knows the caller; the guard compares it. */
async function ownName(cluster: Cluster): Promise<string> {
  const answer = await cluster.send({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
  });
  const { status } = answer.body as { status?: { userInfo?: { username?: string } } };
  const name = status?.userInfo?.username;
  if (name === undefined)
    throw new FleetError(`The API server does not say who you are (${answer.status}): ${messageOf(answer)}`);
  return name;
}
