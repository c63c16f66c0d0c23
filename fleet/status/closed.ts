import type { ServicePlan } from "../../model/plan.ts";
import type { ClosedNow } from "./fleet-status.ts";
import type { LivePipelines, LiveStage } from "./live.ts";

/** The refusal of a Promotion by a ValidatingAdmissionPolicy, in the API server's words. */
const REFUSED = /ValidatingAdmissionPolicy '([^']*)' with binding '[^']*' denied request: (.*)$/s;

/** Which policy refused the last automatic Promotion, and why; undefined if none did. */
export function refusalOf({ unready }: LiveStage) {
  if (unready?.reason !== "ReconcileError") return undefined;
  const [, policy, reason] = REFUSED.exec(unready.message) ?? [];
  return policy === undefined || reason === undefined ? undefined : { policy, reason };
}

/**
 * The policies that refused Promotions, with the Stages that report it; a policy may close more than these.
 * @param closed what is known to be closed; Stages that this covers are left out
 */
export function refusalsNow(
  services: readonly ServicePlan[],
  { projects }: LivePipelines,
  closed: readonly ClosedNow[],
): ClosedNow[] {
  const refusals = services.flatMap(({ name, project }) =>
    (projects.get(project)?.stages ?? []).flatMap((stage) => {
      const refusal = refusalOf(stage);
      const isKnown = closureOf(closed, name, stage.name) !== undefined;
      return refusal && !isKnown ? [{ ...refusal, service: name, stage: stage.name }] : [];
    }),
  );
  return [...Map.groupBy(refusals, ({ policy }) => policy).values()].map((all) => ({
    kind: "window",
    reason: all[0]?.reason ?? "",
    stages: [...new Set(all.map(({ stage }) => stage))].sort(),
    services: [...new Set(all.map(({ service }) => service))].sort(),
  }));
}

/** The closure that covers a Stage of a service, the one with the latest end first. */
export function closureOf(
  closed: readonly ClosedNow[],
  service: string,
  stage: string,
): ClosedNow | undefined {
  const covers = (names: readonly string[], name: string) => names.length === 0 || names.includes(name);
  return closed
    .filter(({ services, stages }) => covers(services, service) && covers(stages, stage))
    .sort((a, b) => (b.until ?? "~").localeCompare(a.until ?? "~"))[0];
}
