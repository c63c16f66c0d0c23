import { serviceObjects } from "../../manifests/inventory/objects.ts";
import type { ServicePlan } from "../../model/plan.ts";
import { differingPaths } from "../audit/differences.ts";
import { refusalsNow } from "./closed.ts";
import { deliveriesOf, leadTimes } from "./deliveries.ts";
import type {
  ClosedNow,
  ClusterStatus,
  FailedPromotion,
  FleetStatus,
  ServiceStatus,
  StageStatus,
  Version,
} from "./fleet-status.ts";
import type { LivePipelines } from "./live.ts";
import { versionOf } from "./version.ts";
import { hasFailed, holdsOf, type StageView, waitsOf } from "./waits.ts";

/** A cluster with the stacks whose services are on it, and what was read there. */
export interface ReadCluster {
  readonly name: string;
  readonly stacks: readonly string[];
  readonly services: readonly ServicePlan[];
  /** What is known to be closed now. */
  readonly closed: readonly ClosedNow[];
  /** The error's text if the cluster could not be read. */
  readonly live: LivePipelines | string;
}

/** Where each version is and what it waits for, from the plans and what the clusters hold. */
export function statusOf(clusters: readonly ReadCluster[], now: Date): FleetStatus {
  const all = clusters.map((cluster) => clusterStatus(cluster, now));
  return {
    at: now.toISOString(),
    clusters: all.map(({ cluster }) => cluster),
    services: all.flatMap(({ services }) => services),
  };
}

function clusterStatus(
  { name, stacks, services, closed, live }: ReadCluster,
  now: Date,
): { readonly cluster: ClusterStatus; readonly services: readonly ServiceStatus[] } {
  if (typeof live === "string")
    return {
      cluster: { name, stacks, unreadable: live, closed },
      services: services.map((service) => withoutStages(service, name)),
    };
  const limits = live.limits.length > 0 ? { limits: live.limits } : {};
  return {
    cluster: { name, stacks, ...limits, closed: [...closed, ...refusalsNow(services, live, closed)] },
    services: services.map((service) => serviceStatus(service, name, live, closed, now)),
  };
}

function withoutStages({ name, team }: ServicePlan, cluster: string): ServiceStatus {
  const deliveries = { succeeded: 0, failed: 0 };
  return { service: name, cluster, team, stages: [], leadTimes: [], deliveries };
}

function serviceStatus(
  service: ServicePlan,
  cluster: string,
  live: LivePipelines,
  closed: readonly ClosedNow[],
  now: Date,
): ServiceStatus {
  const refusal = live.refused.get(service.project);
  const pipeline = live.projects.get(service.project);
  const none = withoutStages(service, cluster);
  if (refusal !== undefined || pipeline === undefined)
    return { ...none, unreadable: refusal ?? "it was not read" };
  const specs = plannedSpecs(service);
  return {
    ...none,
    ...(pipeline.warehouse !== undefined && { warehouse: pipeline.warehouse }),
    stages: service.stages.map((stage) => {
      const { name, after, deployment } = stage;
      const found = pipeline.stages.find((each) => each.name === name);
      const base = { stage: name, after, ...(deployment === undefined && { controlFlow: true as const }) };
      if (found === undefined) return { ...base, health: "Missing", waits: [], holds: [], drift: ["spec"] };
      const application = deployment && live.applications?.get(deployment.application);
      const view = { service, stage, live: found, application, pipeline, closed, now };
      return { ...base, ...stageStatus(view), drift: differingPaths(specs.get(name), found.spec, "spec") };
    }),
    leadTimes: leadTimes(service, pipeline),
    deliveries: deliveriesOf(service, pipeline),
  };
}

function plannedSpecs(service: ServicePlan): ReadonlyMap<string, unknown> {
  return new Map(
    serviceObjects(service)
      .filter(({ kind }) => kind === "Stage")
      .map((object) => [object.metadata.name, (object as { readonly spec?: unknown }).spec]),
  );
}

function stageStatus(view: StageView) {
  const version = currentVersion(view);
  const failed = failedPromotion(view);
  return {
    ...(version && { version }),
    health: healthOf(view),
    waits: waitsOf(view),
    ...(failed && { failed }),
    holds: holdsOf(view),
  };
}

function currentVersion({ service, live, pipeline }: StageView): Version | undefined {
  const { name: stage, current, last } = live;
  if (current === undefined) return undefined;
  const freight = pipeline.freights.find(({ name }) => name === current.name);
  const arrived = last?.freight.name === current.name ? last.finishedAt : undefined;
  return versionOf(current, service.warehouse, freight?.currentlyIn[stage] ?? arrived);
}

/** The latest Promotion, if it failed and no other one runs. */
function failedPromotion({ service, live: { last, running } }: StageView): FailedPromotion | undefined {
  if (last === undefined || running !== undefined || !hasFailed(last.phase)) return undefined;
  return {
    promotion: last.name,
    version: versionOf(last.freight, service.warehouse),
    ...(last.finishedAt !== undefined && { at: last.finishedAt }),
    reason: last.message ?? last.phase,
  };
}

/** From best to worst; Kargo says Unhealthy, Argo CD the others too. */
const HEALTH = [
  "Unknown",
  "Healthy",
  "Suspended",
  "Progressing",
  "Missing",
  "Unhealthy",
  "Degraded",
] as const;

/**
 * The worse of Kargo's and Argo CD's word. Kargo asks Argo CD only where a promotion syncs, so a Stage with manual sync
 * is Healthy for Kargo whatever its Application does. An Application without a version has nothing to be healthy.
 */
function healthOf({ live: { health, current }, application }: StageView): StageStatus["health"] {
  if (current === undefined) return "Unknown";
  return HEALTH.findLast((word) => word === health || word === application?.health) ?? "Unknown";
}
