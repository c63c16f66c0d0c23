import type { ServicePlan } from "../../model/plan.ts";
import type { Deliveries, LeadTime } from "./fleet-status.ts";
import { lastStages } from "./freight.ts";
import type { LivePipeline } from "./live.ts";
import { versionOf } from "./version.ts";
import { hasFailed } from "./waits.ts";

/** The number of lead times per Stage: enough for a plot, few enough for a page of a thousand services. */
const KEPT = 10;

/**
 * The times from a push until its version was in a Stage, the newest last. Only the default tag says when the push was,
 * and only the first Promotion of a version counts: a later one is a return to it.
 */
export function leadTimes(service: ServicePlan, { promotions }: LivePipeline): LeadTime[] {
  const succeeded = promotions
    .filter(({ phase, finishedAt }) => phase === "Succeeded" && finishedAt !== undefined)
    .sort((a, b) => (a.finishedAt ?? "").localeCompare(b.finishedAt ?? ""));
  return service.stages.flatMap(({ name }) => {
    const first = new Map<string, LeadTime>();
    for (const { stage, freight, finishedAt: at = "" } of succeeded) {
      const version = versionOf(freight, service.warehouse);
      if (stage !== name || version.pushedAt === undefined || first.has(freight.name)) continue;
      const seconds = (Date.parse(at) - Date.parse(version.pushedAt)) / 1000;
      // The clocks of GitHub and of the cluster may differ.
      first.set(freight.name, { stage, version, at, seconds: Math.max(0, seconds) });
    }
    return [...first.values()].slice(-KEPT);
  });
}

/** Counts the Promotions to the last Stages that the cluster still holds. */
export function deliveriesOf(service: ServicePlan, { promotions }: LivePipeline): Deliveries {
  const last = new Set(lastStages(service));
  const there = promotions.filter(({ stage }) => last.has(stage));
  const [since] = there.map(({ createdAt }) => createdAt).sort();
  return {
    succeeded: there.filter(({ phase }) => phase === "Succeeded").length,
    failed: there.filter(({ phase }) => hasFailed(phase)).length,
    ...(since !== undefined && { since }),
  };
}
