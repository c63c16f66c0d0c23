import type { ClosingRule } from "../../model/calendar.ts";
import { closedNow } from "../../model/closed-now.ts";
import { InvalidInput } from "../../model/diagnostics.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { type FoundStack, nameOfStack, readFleet } from "../all-stacks.ts";
import { type Cluster, openCluster } from "../cluster.ts";
import { workingDirectory } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { enforcedNow } from "../windows/calendars.ts";
import type { FleetStatus } from "./fleet-status.ts";
import { readPipelines } from "./read-pipelines.ts";
import { type ReadCluster, statusOf } from "./status-of.ts";

/** A stack that a status covers. */
interface NamedPlan {
  readonly name: string;
  readonly plan: Plan;
}

/** How to reach the clusters, if not as the stacks say. */
export interface Access {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  /** Called with what is being read. */
  readonly told: (text: string) => void;
}

/**
 * The plans of these stacks; default: all but the sandbox's.
 * @throws FleetError if there is none, InvalidInput with the problems of their files
 */
export function plansOf(references: readonly string[], now: Date): NamedPlan[] {
  const files = workingDirectory();
  const { stacks } = readFleet(files, now);
  const names = stacks.map(({ name }) => name);
  const wanted = new Set(references.map((reference) => nameOfStack(reference, names)));
  const isChosen = ({ name, config: { value } }: FoundStack) =>
    wanted.size > 0
      ? wanted.has(name) || wanted.has(value?.rollout.shard?.stack ?? name)
      : value?.github.sandbox !== true;
  const chosen = stacks.filter(isChosen);
  if (chosen.length === 0)
    throw new FleetError(
      `There is no stack in ${files.where} but the sandbox's. Name it, or go to the folder of the stacks with -C.`,
    );
  const problems = chosen.flatMap((stack) => stack.problems);
  if (problems.length > 0) throw new InvalidInput(problems);
  return chosen.flatMap(({ name, plan }) => (plan ? [{ name, plan }] : []));
}

/** Reads all clusters at once. One that cannot be read is said, and hides no other. */
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
  { context, kubeconfig, told }: Access,
  now: Date,
): Promise<Pick<ReadCluster, "live" | "closed">> {
  const planned = stacks.flatMap(({ plan }) => plan.platform?.calendar ?? []);
  let cluster: Cluster | undefined;
  try {
    const { plan } = stacks[0] ?? {};
    const name = plan?.cluster.name ?? "";
    cluster = await openCluster({
      kubeconfig: kubeconfig ?? plan?.cluster.kubeconfig,
      context: context ?? plan?.cluster.context,
    });
    const live = await readPipelines(cluster, services, (text) => told(`status: ${name}: reads ${text}`));
    return { live, closed: closedNow(await enforcedOr(planned, cluster), now) };
  } catch (error) {
    if (error instanceof FleetError) return { live: error.message, closed: closedNow(planned, now) };
    throw error;
  } finally {
    cluster?.close();
  }
}

/** The rules that the cluster enforces; those of the files if the caller may not read the cluster's. */
async function enforcedOr(
  planned: readonly ClosingRule[],
  cluster: Cluster,
): Promise<readonly ClosingRule[]> {
  try {
    return (await enforcedNow(cluster)).rules;
  } catch (error) {
    if (error instanceof FleetError) return planned;
    throw error;
  }
}
