import type { ClosingRule } from "../../model/calendar.ts";
import { closedNow } from "../../model/closed-now.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { NamedPlan } from "../chosen-stacks.ts";
import { type Cluster, type ClusterChoice, openClusterOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { enforcedNow } from "../windows/calendars.ts";
import type { FleetStatus } from "./fleet-status.ts";
import { readPipelines } from "./read-pipelines.ts";
import { type ReadCluster, statusOf } from "./status-of.ts";

/** How to reach the clusters, if not as the stacks say. */
export interface Access extends ClusterChoice {
  /** Called with what is being read. */
  readonly told: (text: string) => void;
}

/** Reads all clusters at once. One that cannot be read is named, and the others are still shown. */
export async function readFleetStatus(
  stacks: readonly NamedPlan[],
  isWanted: (service: ServicePlan) => boolean,
  access: Access,
  now: Date,
): Promise<FleetStatus> {
  // Stacks of one cluster divide its services among them.
  const clusters = [...Map.groupBy(stacks, ({ plan }) => plan.cluster.name)];
  const read = clusters.map(async ([name, mine]): Promise<ReadCluster> => {
    const services = mine.flatMap(({ plan }) => plan.services).filter(isWanted);
    const read = await readOrWhy(mine, services, access, now);
    return { name, stacks: mine.map((stack) => stack.name), services, ...read };
  });
  return statusOf(await Promise.all(read), now);
}

async function readOrWhy(
  stacks: readonly NamedPlan[],
  services: readonly ServicePlan[],
  { told, ...choice }: Access,
  now: Date,
): Promise<Pick<ReadCluster, "live" | "closed">> {
  const planned = stacks.flatMap(({ plan }) => plan.platform?.calendar ?? []);
  let cluster: Cluster | undefined;
  try {
    const plan = stacks[0]?.plan;
    const name = plan?.cluster.name ?? "";
    cluster = await openClusterOf(plan, choice);
    const live = await readPipelines(cluster, services, (text) => told(`status: ${name}: reads ${text}`));
    const { rules, limits } = await enforcedOr(planned, cluster);
    return { live: { ...live, limits: [...live.limits, ...limits] }, closed: closedNow(rules, now) };
  } catch (error) {
    if (error instanceof FleetError) return { live: error.message, closed: [] };
    throw error;
  } finally {
    cluster?.close();
  }
}

/** The rules that the cluster enforces; those of the files, with the reason, if the cluster's cannot be read. */
async function enforcedOr(planned: readonly ClosingRule[], cluster: Cluster) {
  try {
    const { rules } = await enforcedNow(cluster);
    return { rules, limits: [] };
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    const limit = `Windows and freezes are those of the files, and stops are unknown. ${error.message}`;
    return { rules: planned, limits: [limit] };
  }
}
