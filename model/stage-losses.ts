import { counted, type Problem, problem } from "./diagnostics.ts";
import type { PlanWithFiles } from "./losses.ts";
import type { ServicePlan } from "./plan.ts";
import type { ProvisionedService } from "./provisioned.ts";
import { stackProblem } from "./stack-problem.ts";

/** A Stage that a service would lose. */
interface Loss {
  readonly service: string;
  readonly stage: string;
  /** The service's old and new pipeline. */
  readonly from: string;
  readonly to: string;
  /** Whether the Stage is kept and only stops to deploy. */
  readonly stays: boolean;
}

/**
 * Stages that an `up` would delete without `state: retired`, and Applications of Stages that stop to deploy.
 * Returns one problem per Stage of a pipeline, with all of its services.
 */
export function stageLosses(
  before: readonly (readonly [string, ProvisionedService])[],
  kept: ReadonlyMap<string, ServicePlan>,
  planned: PlanWithFiles,
): Problem[] {
  const lost = before.flatMap(([service, was]) => {
    const now = kept.get(service);
    return now ? lossesOf(service, was, now) : [];
  });
  const groups = Map.groupBy(lost, ({ stage, from, to, stays }) => JSON.stringify([stage, from, to, stays]));
  return [...groups.values()].flatMap((group) => {
    const services = group.map(({ service }) => service);
    return group[0] ? describe(group[0], services, planned) : [];
  });
}

function lossesOf(service: string, was: ProvisionedService, now: ServicePlan): Loss[] {
  const stages = new Map(now.stages.map((stage) => [stage.name, stage]));
  return Object.entries(was.stages).flatMap(([name, { state, deploys }]): Loss[] => {
    const left = stages.get(name);
    const safe = left !== undefined && (!deploys || left.deployment !== undefined);
    if (state === "retired" || safe) return [];
    return [{ service, stage: name, from: was.pipeline, to: now.pipeline, stays: left !== undefined }];
  });
}

function describe(
  { stage, from, to, stays }: Loss,
  services: readonly string[],
  { plan, catalogue, config }: PlanWithFiles,
): Problem {
  const quoted = JSON.stringify(stage);
  const has = services.length === 1 ? "has" : "have";
  const all = `${counted(services.length, "provisioned service")} ${has} it: ${services.join(", ")}`;
  if (stays) {
    const stages = plan.services.find(({ name }) => name === services[0])?.stages ?? [];
    const path = ["pipelines", to, stages.findIndex(({ name }) => name === stage), "controlFlow"];
    const message = `the stage ${quoted} no longer deploys; ${all}. Its Applications would be deleted.`;
    const fix = `Let it deploy. To delete it, set state: retired, run pulumi up, then remove it; give the control-flow stage another name.`;
    return stackProblem("KF093", config.document, path, message, fix);
  }
  if (from === to) {
    const message = `the stage ${quoted} was removed; ${all}. Its Stages and Applications would be deleted.`;
    const fix = `Put it back. To delete it, set state: retired, run pulumi up, then remove it.`;
    return stackProblem("KF094", config.document, ["pipelines", to], message, fix, "key");
  }
  // If the catalogue still names another pipeline, this one is its canary.
  const own = services.every((name) => catalogue.value?.services[name]?.pipeline === to);
  const message = `${JSON.stringify(to)} has no stage ${quoted}, as ${JSON.stringify(from)} has; ${all}. Its Stages and Applications would be deleted.`;
  const fix = `Stay on ${from}, or move first to a pipeline that has ${stage} with state: retired, run pulumi up, then move on.`;
  return own
    ? problem("KF095", catalogue.document, ["services", services[0] ?? "", "pipeline"], message, fix)
    : stackProblem("KF095", config.document, ["rollout", "pipelines"], message, fix);
}
