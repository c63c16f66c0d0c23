import { CALENDAR, type CalendarData, rulesOf, STOP } from "../../manifests/calendar.ts";
import { WINDOWS_NAMESPACE } from "../../model/names.ts";
import { type Cluster, messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";

export const CONFIG_MAPS = `/api/v1/namespaces/${WINDOWS_NAMESPACE}/configmaps`;

/**
 * Reads what the API server enforces now.
 * @returns the windows and freezes as the cluster has them; their rules, then the stops
 * @throws as {@link readCalendar}
 */
export async function enforcedNow(cluster: Cluster) {
  const both = await Promise.all([readCalendar(cluster, CALENDAR), readCalendar(cluster, STOP)]);
  return { calendar: both[0].data, rules: both.flatMap(({ data }) => rulesOf(data)) };
}

/**
 * Reads one of the two ConfigMaps.
 * @throws FleetError if the caller may not read it, or if it is missing
 */
export async function readCalendar(cluster: Cluster, name: typeof CALENDAR | typeof STOP) {
  const answer = await cluster.send({ method: "GET", path: `${CONFIG_MAPS}/${name}` });
  if (answer.status === 404)
    throw new FleetError(
      `The cluster has no ConfigMap ${WINDOWS_NAMESPACE}/${name}, so no Promotion passes if the guards are in force. An administrator creates it: npm run --silent fleet -- deployer --stack <stack> | kubectl apply -f -`,
    );
  if (answer.status !== 200)
    throw new FleetError(
      `The ConfigMap ${WINDOWS_NAMESPACE}/${name} cannot be read (${answer.status}): ${messageOf(answer)}. access.incident of the stack may read it.`,
    );
  const { data = {}, metadata } = answer.body as {
    data?: CalendarData;
    metadata: { resourceVersion: string };
  };
  return { data, resourceVersion: metadata.resourceVersion };
}
