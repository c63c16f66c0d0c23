import { durationSeconds } from "../../model/durations.ts";
import type { ServicePlan, StagePlan } from "../../model/plan.ts";
import type { LiveFreight, LivePipeline, LiveStage } from "./live.ts";

/** Freight that a Stage could get, and when it may. */
export interface Candidate {
  readonly freight: LiveFreight;
  /** `available`: the Stage may have it. `soak`, `verification`: upstream has it, and it is not yet free. */
  readonly state: "available" | "soak" | "verification";
  /** Since when it is in this state. */
  readonly since: string | undefined;
  /** When the soak time is over; undefined if it does not run. */
  readonly until?: string | undefined;
}

/**
 * The newest Freight beyond the Stage's own that the Stage may have, and the newest one that upstream holds back.
 * Kargo goes by the time at which Freight was created.
 */
export function candidates(
  stage: StagePlan,
  live: LiveStage,
  { freights }: LivePipeline,
  now: Date,
): Candidate[] {
  const matching = stage.deployment?.selectionPolicy === "MatchUpstream" ? stage.after : [];
  const newer = newerThan(live, freights).filter(
    ({ currentlyIn, approvedFor }) =>
      approvedFor.includes(stage.name) || matching.every((upstream) => Object.hasOwn(currentlyIn, upstream)),
  );
  const all = newer.flatMap((freight) => candidate(freight, stage, now) ?? []);
  const available = all.findIndex(({ state }) => state === "available");
  const kept = available === -1 ? all : all.slice(0, available + 1);
  const held = kept.find(({ state }) => state !== "available");
  return [...(available === -1 ? [] : kept.slice(-1)), ...(held ? [held] : [])];
}

/** Newest first. */
function newerThan(live: LiveStage, freights: readonly LiveFreight[]): LiveFreight[] {
  const current = freights.find(({ name }) => name === live.current?.name);
  // Kargo deletes old Freight, also a Stage's own.
  const after = current?.createdAt ?? (live.current ? (live.last?.finishedAt ?? "") : "");
  return freights
    .filter(({ name, createdAt }) => name !== current?.name && createdAt > after)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.name.localeCompare(a.name));
}

/** Undefined if no upstream Stage has had it: what it waits for there is said there. */
function candidate(freight: LiveFreight, { name, after, soak }: StagePlan, now: Date): Candidate | undefined {
  const { verifiedIn, currentlyIn, approvedFor, createdAt } = freight;
  if (after.length === 0 || approvedFor.includes(name))
    return { freight, state: "available", since: createdAt };
  const missing = after.filter((upstream) => !Object.hasOwn(verifiedIn, upstream));
  const waiting = missing.find((upstream) => Object.hasOwn(currentlyIn, upstream));
  if (missing.length > 0)
    return waiting === undefined
      ? undefined
      : { freight, state: "verification", since: currentlyIn[waiting] };
  const verified = latest(after.map((upstream) => verifiedIn[upstream]?.at));
  const ends = after.map((upstream) => soakEnd(freight, upstream, soak));
  const until = ends.some((end) => end === undefined) ? undefined : Math.max(...ends.map((end) => end ?? 0));
  if (until === undefined || until > now.getTime())
    return { freight, state: "soak", since: verified, until: until === undefined ? until : iso(until) };
  return { freight, state: "available", since: latest([verified, until === 0 ? undefined : iso(until)]) };
}

/**
 * When Freight has soaked long enough in a Stage, by Kargo's rule: its longest stay that has ended counts, or the present
 * one.
 * @returns milliseconds since 1970; 0 if an earlier stay was long enough; undefined if it left too early, so that no
 * time runs
 */
export function soakEnd(
  { verifiedIn, currentlyIn }: LiveFreight,
  stage: string,
  soak: string | undefined,
): number | undefined {
  const required = soak === undefined ? 0 : durationSeconds(soak);
  if ((verifiedIn[stage]?.soaked ?? 0) >= required) return 0;
  const begin = Date.parse(currentlyIn[stage] ?? "");
  return Number.isNaN(begin) ? undefined : begin + required * 1000;
}

function latest(moments: readonly (string | undefined)[]): string | undefined {
  return moments
    .flatMap((moment) => moment ?? [])
    .sort()
    .at(-1);
}

/** As Kubernetes writes times: without milliseconds. */
function iso(moment: number): string {
  return new Date(moment).toISOString().replace(/\.\d{3}Z$/, "Z");
}

export function promoteCommand({ project }: ServicePlan, { name }: StagePlan, freight: string): string {
  return `kargo promote --project ${project} --stage ${name} --freight ${freight}`;
}

/** The Stages that no other Stage follows: what is in them is delivered. */
export function lastStages({ stages }: ServicePlan): string[] {
  const upstream = new Set(stages.flatMap(({ after }) => after));
  return stages
    .filter(({ name, deployment }) => deployment !== undefined && !upstream.has(name))
    .map(({ name }) => name);
}
