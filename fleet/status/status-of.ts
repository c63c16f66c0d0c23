import { serviceObjects } from "../../manifests/inventory/objects.ts";
import type { ServicePlan, StagePlan } from "../../model/plan.ts";
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
} from "./fleet-status.ts";
import { healthOf } from "./health.ts";
import type { LivePipeline, LivePipelines, LiveStage } from "./live.ts";
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
      const found = pipeline.stages.find(({ name }) => name === stage.name);
      const status = stageStatus(service, stage, found, {
        pipeline,
        applications: live.applications,
        closed,
        now,
      });
      const drift =
        found === undefined ? ["spec"] : differingPaths(specs.get(stage.name), found.spec, "spec");
      return { ...status, drift };
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

type Around = Pick<StageView, "pipeline" | "closed" | "now"> & Pick<LivePipelines, "applications">;

function stageStatus(
  service: ServicePlan,
  stage: StagePlan,
  live: LiveStage | undefined,
  around: Around,
): Omit<StageStatus, "drift"> {
  const { deployment, name, after } = stage;
  const base = { stage: name, after, ...(deployment === undefined && { controlFlow: true as const }) };
  if (live === undefined) return { ...base, health: "Missing", waits: [], holds: [] };
  const application = deployment && around.applications?.get(deployment.application);
  const { applications: _, ...rest } = around;
  const view = { service, stage, live, application, ...rest };
  const failed = failedPromotion(live, service);
  return {
    ...base,
    ...(live.current && { version: currentVersion(live, service, around.pipeline) }),
    health: healthOf(live, application),
    waits: waitsOf(view),
    ...(failed && { failed }),
    holds: holdsOf(view),
  };
}

function currentVersion(live: LiveStage, { warehouse }: ServicePlan, { freights }: LivePipeline) {
  const reference = live.current ?? { name: "", images: [], commit: undefined };
  const freight = freights.find(({ name }) => name === reference.name);
  const last = live.last?.freight.name === reference.name ? live.last.finishedAt : undefined;
  return versionOf(reference, warehouse, freight?.currentlyIn[live.name] ?? last);
}

/** The latest Promotion, if it failed and no other one runs. */
function failedPromotion(
  { last, running }: LiveStage,
  { warehouse }: ServicePlan,
): FailedPromotion | undefined {
  if (last === undefined || running !== undefined || !hasFailed(last.phase)) return undefined;
  return {
    promotion: last.name,
    version: versionOf(last.freight, warehouse),
    ...(last.finishedAt !== undefined && { at: last.finishedAt }),
    reason: last.message ?? last.phase,
  };
}
