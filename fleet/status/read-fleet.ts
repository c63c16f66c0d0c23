import { InvalidInput } from "../../model/diagnostics.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { nameOfStack, readStack, stackNames } from "../all-stacks.ts";
import { type Cluster, openCluster } from "../cluster.ts";
import { workingDirectory } from "../files.ts";
import { FleetError } from "../fleet-error.ts";
import { freezesNow } from "./closed.ts";
import type { ClosedNow, FleetStatus } from "./fleet-status.ts";
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
  const names = stackNames(files);
  const wanted = new Set(references.map((reference) => nameOfStack(reference, names)));
  const catalogues = new Map();
  const found = names
    .filter((name) => wanted.size === 0 || wanted.has(name))
    .map((name) => readStack(name, files, now, catalogues));
  const chosen = found.filter(({ config }) => wanted.size > 0 || config.value?.github.sandbox !== true);
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
    const live = await readOrWhy(mine, services, access);
    return {
      name,
      stacks: mine.map((stack) => stack.name),
      services,
      closed: mine.flatMap(({ plan }) => freezesOf(plan, mine.length > 1)),
      live,
    };
  });
  return statusOf(await Promise.all(read), now);
}

/** A freeze of all services means those of its stack, which may share the cluster with others. */
function freezesOf({ freezes, services }: Plan, shared: boolean): ClosedNow[] {
  const names = shared ? services.map(({ name }) => name) : [];
  return freezesNow(freezes).map((each) => (each.services.length > 0 ? each : { ...each, services: names }));
}

async function readOrWhy(
  [first]: readonly NamedPlan[],
  services: readonly ServicePlan[],
  { context, kubeconfig, told }: Access,
): Promise<ReadCluster["live"]> {
  let cluster: Cluster | undefined;
  try {
    const { plan } = first ?? {};
    const name = plan?.cluster.name ?? "";
    cluster = await openCluster({
      kubeconfig: kubeconfig ?? plan?.cluster.kubeconfig,
      context: context ?? plan?.cluster.context,
    });
    return await readPipelines(cluster, services, (text) => told(`status: ${name}: reads ${text}`));
  } catch (error) {
    if (error instanceof FleetError) return error.message;
    throw error;
  } finally {
    cluster?.close();
  }
}
