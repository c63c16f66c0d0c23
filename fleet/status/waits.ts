import type { ServicePlan, StagePlan } from "../../model/plan.ts";
import { closureOf, refusalOf } from "./closed.ts";
import type { ClosedNow, Hold, Wait } from "./fleet-status.ts";
import { type Candidate, candidates, promoteCommand } from "./freight.ts";
import type { LiveApplication, LiveFreight, LivePipeline, LiveStage } from "./live.ts";
import { runsAll, versionOf } from "./version.ts";

/** One Stage with everything that decides what it waits for. */
export interface StageView {
  readonly service: ServicePlan;
  readonly stage: StagePlan;
  readonly live: LiveStage;
  readonly pipeline: LivePipeline;
  readonly application: LiveApplication | undefined;
  /** What is known to be closed, whether or not a Promotion was refused. */
  readonly closed: readonly ClosedNow[];
  readonly now: Date;
}

const AUTO_IS_OFF = "Auto-promotion is off in the cluster, and on in the plan: run pulumi up.";

/** What a Stage waits for: new Freight first, then the sync of what it has. */
export function waitsOf(view: StageView): Wait[] {
  const { service, stage, live, pipeline, now } = view;
  // Nothing is promoted to a control-flow Stage, and nobody waits for one that is being removed.
  if (stage.deployment === undefined || stage.state === "retired" || service.state === "decommissioned")
    return [];
  const next = candidates(stage, live, pipeline, now).flatMap((candidate) =>
    candidate.state === "available" ? availableWait(view, candidate) : [upstreamWait(view, candidate)],
  );
  return [...next, ...syncWait(view)];
}

/** Upstream holds Freight back. */
function upstreamWait({ service, stage }: StageView, { freight, state, since, until }: Candidate): Wait {
  const upstream = stage.after.join(" and ");
  const message =
    state === "verification"
      ? `${upstream} has not verified it.`
      : until === undefined
        ? `It left ${upstream} before its soak time of ${stage.soak} was over: promote it there again, or approve it.`
        : undefined;
  return {
    kind: state === "verification" ? "verification" : "soak",
    version: versionOf(freight, service.warehouse),
    ...(since && { since }),
    ...(until && { until }),
    ...(message && { message }),
  };
}

/** The Stage may have Freight and does not: who or what is in the way? */
function availableWait(view: StageView, { freight, since }: Candidate): Wait[] {
  const { service, stage, live, closed } = view;
  const version = versionOf(freight, service.warehouse);
  const base = { version, ...(since && { since }) };
  if (live.running?.freight.name === freight.name) return mergeWait(view, base);
  const failed = latestFailure(view, freight);
  const command = promoteCommand(service, stage, freight.name);
  const who = service.access.approvers.promotes.includes(stage.name)
    ? service.access.approvers.group
    : service.access.team.group;
  const refusal = refusalOf(live);
  if (live.autoPromotion && live.holds.length > 0) return [];
  if (live.autoPromotion && failed !== undefined) {
    const message = "Kargo does not promote Freight again after its Promotion failed.";
    return [{ kind: "failure", ...base, ...(failed && { since: failed }), who, message, command }];
  }
  if (live.autoPromotion && refusal) return [{ kind: "closed", ...base, message: refusal.reason }];
  if (live.autoPromotion && live.unready?.reason === "ReconcileError")
    return [{ kind: "failure", ...base, who, message: live.unready.message }];
  const closure = closureOf(closed, service.name, stage.name);
  if (closure) {
    const { until, reason: message } = closure;
    return [{ kind: "closed", ...base, ...(until !== undefined && { until }), message }];
  }
  if (live.autoPromotion) return [];
  const message = stage.deployment?.autoPromotion ? AUTO_IS_OFF : returned(view, freight);
  return [{ kind: "promotion", ...base, who, ...(message && { message }), command }];
}

/** A Promotion by pull request runs until a person merges. */
function mergeWait({ service, live, stage }: StageView, base: Pick<Wait, "version" | "since">): Wait[] {
  const { running } = live;
  if (running === undefined || stage.deployment?.promotion !== "pull-request") return [];
  const { startedAt, pullRequest } = running;
  const message = `A person must merge its pull request${pullRequest === undefined ? "" : `: ${pullRequest}`}`;
  return [
    {
      kind: "promotion",
      ...base,
      ...(startedAt && { since: startedAt }),
      who: service.access.team.group,
      message,
    },
  ];
}

/** The end of the latest Promotion of this Freight, if it failed; "" if only the time is unknown. */
function latestFailure({ stage, live, pipeline }: StageView, freight: LiveFreight): string | undefined {
  if (live.last?.freight.name === freight.name)
    return hasFailed(live.last.phase) ? (live.last.finishedAt ?? "") : undefined;
  const latest = pipeline.promotions
    .filter((promotion) => promotion.stage === stage.name && promotion.freight.name === freight.name)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    .at(-1);
  return latest && hasFailed(latest.phase) ? (latest.finishedAt ?? "") : undefined;
}

/** Kargo's phases of a Promotion that did not do its work; `Aborted` is a person's wish. */
export function hasFailed(phase: string): boolean {
  return phase === "Failed" || phase === "Errored";
}

/** A person who went back to an older version may not want the newer one. */
function returned({ stage, pipeline }: StageView, { name }: LiveFreight): string | undefined {
  const before = pipeline.promotions.some(
    (promotion) =>
      promotion.stage === stage.name && promotion.freight.name === name && promotion.phase === "Succeeded",
  );
  return before ? "The Stage had it before, and somebody promoted an older version since." : undefined;
}

/** Git has the promoted tag, and the Application does not run it. */
function syncWait({ service, stage, live, application }: StageView): Wait[] {
  const { deployment } = stage;
  if (!deployment || !application || !live.current) return [];
  const running = runsAll(application.images, live.current, service.warehouse);
  const outOfSync = application.sync === "OutOfSync";
  // Argo CD may be seconds away from a sync of its own; without another image nobody can tell.
  if (running === true ? !outOfSync || deployment.sync === "auto" : !outOfSync && running === undefined)
    return [];
  const since = live.last?.finishedAt;
  const message = syncMessage(application, running);
  return [
    {
      kind: "sync",
      version: versionOf(live.current, service.warehouse, since),
      ...(since && { since }),
      who: service.access.approvers.group,
      ...(message && { message }),
      command: `argocd app sync ${deployment.application}`,
    },
  ];
}

function syncMessage(
  { sync, failedSync }: LiveApplication,
  running: boolean | undefined,
): string | undefined {
  if (failedSync !== undefined) return `The last sync failed: ${failedSync}`;
  if (running === true) return "It runs this version; something else differs from Git.";
  return sync === "OutOfSync" ? undefined : "Argo CD has not compared it with Git since the Promotion.";
}

/** Promotions by hand that pause auto-promotion, and the command that ends them. */
export function holdsOf({ service, stage, live, pipeline, now }: StageView): Hold[] {
  const next = candidates(stage, live, pipeline, now).find(({ state }) => state === "available");
  const command = next && promoteCommand(service, stage, next.freight.name);
  return live.holds.map(({ actor, freight, createdAt }) => {
    const held = pipeline.freights.find(({ name }) => name === freight);
    const reference = held ?? { name: freight, images: [], commit: undefined };
    return {
      actor,
      version: versionOf(reference, service.warehouse),
      ...(createdAt !== undefined && { since: createdAt }),
      ...(command !== undefined && { command }),
    };
  });
}
