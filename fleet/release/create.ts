import type { ServicePlan } from "../../model/plan.ts";
import { deployingStages } from "../../model/service-plan.ts";
import { FleetError } from "../fleet-error.ts";
import { artifactsOf, freightIn, type LiveService } from "./live.ts";
import type { ReleaseEntry } from "./release.ts";
import { type TargetStage, unavailable } from "./standing.ts";

/** What `release create` found for a service: its entry, or why it has none. */
export type Candidate =
  | { readonly entry: ReleaseEntry }
  | { readonly service: string; readonly stack: string; readonly missing: string };

/**
 * The Stage of a service that a release promotes to.
 * @param to its name; default: the only Stage with manual promotion
 * @throws FleetError if there is none, or more than one
 */
export function targetStage(service: ServicePlan, to: string | undefined): TargetStage {
  const stages = deployingStages(service);
  const manual = stages.filter(({ deployment }) => deployment.promotion === "manual");
  const found = to === undefined ? manual : stages.filter(({ name }) => name === to);
  const [target, other] = found;
  if (target === undefined)
    throw new FleetError(
      to === undefined
        ? `${service.name} has no Stage with manual promotion. Name the Stage with --to.`
        : `${service.name} has no Stage ${JSON.stringify(to)} (it has: ${stages.map(({ name }) => name).join(", ")}).`,
    );
  if (other !== undefined)
    throw new FleetError(
      `${service.name} has several Stages with manual promotion (${manual.map(({ name }) => name).join(", ")}). Name one with --to.`,
    );
  return target;
}

/** The Freight that the Stages before the target run and have verified. */
export function candidateOf(
  { name: service, project }: Pick<ServicePlan, "name" | "project">,
  stack: string,
  target: TargetStage,
  live: LiveService,
  now: Date,
): Candidate {
  const [upstream] = target.after;
  const none = (missing: string): Candidate => ({ service, stack, missing });
  if (upstream === undefined)
    return none(`Stage ${target.name} has no Stage before it that verifies Freight.`);
  const [current] = freightIn(live, upstream);
  const freight = live.freights.find(({ name }) => name === current);
  if (freight === undefined) return none(`Stage ${upstream} has no Freight yet.`);
  const why = unavailable(freight, { ...target, soak: undefined }, now);
  if (why !== undefined) return none(why);
  const verifiedIn = target.after.filter((stage) => Object.hasOwn(freight.verifiedIn, stage));
  const entry = { service, stack, project, stage: target.name, freight: freight.name };
  return { entry: { ...entry, images: artifactsOf(freight), verifiedIn } };
}
