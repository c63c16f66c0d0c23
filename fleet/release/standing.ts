import type { StagePlan } from "../../model/service-plan.ts";
import { soakEnd } from "../status/freight.ts";
import type { LiveFreight } from "../status/live.ts";
import { artifactsOf, freightIn, type LiveService, type ReleasePromotion } from "./live.ts";
import type { ReleaseEntry } from "./release.ts";

/** Where one service of a release stands. */
export type Standing =
  /** Its Stage has the Freight. */
  | { readonly kind: "done" }
  /** A Promotion to it has not ended. */
  | { readonly kind: "running"; readonly promotion: string }
  /** A Promotion may be made. `failed` names the latest that failed. */
  | { readonly kind: "ready"; readonly failed?: string }
  /** Nothing can be done now. */
  | { readonly kind: "missing"; readonly why: string };

/** The Stage as the plan has it. */
export type TargetStage = Pick<StagePlan, "name" | "after" | "soak">;

const ENDED_BADLY = ["Failed", "Errored", "Aborted"];
const RUNNING = ["", "Pending", "Running"];

/**
 * Where a service of a release stands, from what the cluster has.
 * @param target undefined if the plan no longer has the Stage
 */
export function standingOf(
  entry: ReleaseEntry,
  target: TargetStage | undefined,
  live: LiveService,
  now: Date,
): Standing {
  if (freightIn(live, entry.stage).includes(entry.freight)) return { kind: "done" };
  const promotions = live.promotions.filter(
    ({ stage, freight }) => stage === entry.stage && freight.name === entry.freight,
  );
  const running = promotions.find(({ phase }) => RUNNING.includes(phase));
  if (running) return { kind: "running", promotion: running.name };
  const why = obstacle(entry, target, live, now);
  if (why !== undefined) return { kind: "missing", why };
  const last = promotions.at(-1);
  return last && ENDED_BADLY.includes(last.phase)
    ? { kind: "ready", failed: failureOf(last) }
    : { kind: "ready" };
}

/** `Promotion prod.01m8… Errored: no such file`. */
export function failureOf({ name, phase, message }: ReleasePromotion): string {
  return `Promotion ${name} ${phase}${message === undefined ? "" : `: ${message}`}`;
}

function obstacle(
  { freight: name, stage, images }: ReleaseEntry,
  target: TargetStage | undefined,
  live: LiveService,
  now: Date,
): string | undefined {
  if (target === undefined) return `The plan has no Stage ${stage}.`;
  if (!live.stages.some((each) => each.name === stage)) return `The cluster has no Stage ${stage}.`;
  const freight = live.freights.find((each) => each.name === name);
  if (freight === undefined) return `Freight ${name.slice(0, 7)} no longer exists.`;
  // People decide by the images that they read.
  if (artifactsOf(freight).join() !== images.join())
    return `Freight ${name.slice(0, 7)} holds ${artifactsOf(freight).join(", ") || "nothing"}, which the release does not say.`;
  return newerIn(stage, freight, live) ?? unavailable(freight, target, now);
}

/** A release never takes a Stage back to an older version; that is a decision of its own. */
function newerIn(stage: string, freight: LiveFreight, live: LiveService): string | undefined {
  const [name] = freightIn(live, stage);
  const current = live.freights.find((each) => each.name === name);
  if (current === undefined || current.createdAt <= freight.createdAt) return undefined;
  return `${stage} already has newer Freight, ${current.name.slice(0, 7)}.`;
}

/**
 * Why a Stage cannot get Freight yet, by Kargo's rule: each Stage before it has verified it and its soak time is
 * over, or the Freight is approved for the Stage. `undefined` if it can.
 */
export function unavailable(
  freight: LiveFreight,
  { name, after, soak }: TargetStage,
  now: Date,
): string | undefined {
  if (freight.approvedFor.includes(name)) return undefined;
  const short = freight.name.slice(0, 7);
  const unverified = after.filter((stage) => !Object.hasOwn(freight.verifiedIn, stage));
  if (unverified.length > 0) return `${unverified.join(", ")} has not verified Freight ${short}.`;
  if (soak === undefined) return undefined;
  const waiting = after.filter((stage) => {
    const end = soakEnd(freight, stage, soak);
    return end === undefined || end > now.getTime();
  });
  return waiting.length > 0
    ? `Freight ${short} still has to soak in ${waiting.join(", ")} (${soak}).`
    : undefined;
}
