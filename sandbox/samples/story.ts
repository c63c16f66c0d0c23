import { createHash } from "node:crypto";
import type { NamedPlan } from "../../fleet/chosen-stacks.ts";

export type SampleService = NamedPlan["plan"]["services"][number];

/** An image with its Freight. */
export interface SampleVersion {
  readonly freight: string;
  readonly tag: string;
  readonly digest: string;
  readonly pushedAt: Date;
}

export interface SamplePromotion {
  readonly stage: string;
  readonly version: SampleVersion;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** Why it failed. */
  readonly failure?: string;
  /** The person who promoted, if that is a hold. */
  readonly holder?: string;
}

/** What has happened to a service. */
export interface Story {
  /** The versions whose Freight still exists, the older first. */
  readonly versions: readonly [SampleVersion, SampleVersion];
  /** In the order of their ends. */
  readonly promotions: readonly SamplePromotion[];
  /** The Stages whose Application still runs the older version, because nobody has synced. */
  readonly notSynced: readonly string[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How long ago the versions were pushed, the newest last. */
const PUSHES = [20 * DAY, 13 * DAY, 8 * DAY, 5 * DAY, 2 * DAY, 190 * MINUTE];

/** What is special about the newest version of a service: one after another. */
const ENDINGS = ["waits for a person", "failed", "not synced, and held"] as const;

/**
 * Tells what happened to a service: older versions went through all Stages; the newest one waits before the last Stage,
 * failed in the first, or was promoted but not synced.
 * @param index the number of the service, which decides the ending
 */
export function storyOf(service: SampleService, index: number, now: Date): Story {
  const ending = ENDINGS[index % ENDINGS.length] ?? ENDINGS[0];
  const stages = service.stages.filter(({ deployment }) => deployment !== undefined).map(({ name }) => name);
  const upstream = new Set(service.stages.flatMap(({ after }) => after));
  const last = stages.filter((name) => !upstream.has(name));
  const versions = PUSHES.map((ago, turn) =>
    versionOf(`${service.name} ${turn}`, new Date(now.getTime() - ago - index * 17 * MINUTE)),
  );
  const [older, newest] = versions.slice(-2) as [SampleVersion, SampleVersion];
  const moves = versions.flatMap((version, turn) =>
    stages.map((stage, depth) => promotion(stage, version, 4 * (5 + index + turn) * 4 ** depth)),
  );
  const failed: SamplePromotion = {
    ...promotion(stages[0] ?? "", newest, 9),
    failure:
      'step "promote::push" met error threshold of 18: error pushing to remote: remote: Permission to acme/gitops.git denied',
  };
  const back: SamplePromotion = { ...promotion(stages[0] ?? "", older, 0), holder: "email:ada@acme.example" };
  const held = { ...back, startedAt: minutesBefore(now, 12), finishedAt: minutesBefore(now, 11) };
  const isNewest = ({ version }: SamplePromotion) => version === newest;
  const promotions = {
    "waits for a person": moves.filter((move) => !(isNewest(move) && last.includes(move.stage))),
    failed: [...moves.filter((move) => !isNewest(move)), failed],
    "not synced, and held": [...moves.map((move) => (isNewest(move) ? recent(move, now) : move)), held],
  }[ending];
  return {
    versions: [older, newest],
    promotions: promotions.toSorted((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime()),
    notSynced: ending === "not synced, and held" ? last : [],
  };
}

const minutesBefore = (moment: Date, minutes: number) => new Date(moment.getTime() - minutes * MINUTE);

/** @param after minutes from the push to the end */
function promotion(stage: string, version: SampleVersion, after: number): SamplePromotion {
  const finishedAt = new Date(version.pushedAt.getTime() + after * MINUTE);
  return { stage, version, startedAt: new Date(finishedAt.getTime() - 6_000), finishedAt };
}

/** A promotion that cannot end in the future. */
function recent(move: SamplePromotion, now: Date): SamplePromotion {
  const latest = minutesBefore(now, 30);
  return move.finishedAt < latest
    ? move
    : { ...move, startedAt: minutesBefore(latest, 1), finishedAt: latest };
}

/** A version with names like real ones, and the same ones at each start. */
function versionOf(seed: string, pushedAt: Date): SampleVersion {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const time = pushedAt.toISOString().replace(/\D/g, "").slice(0, 14);
  return {
    freight: hash(`freight ${seed}`).slice(0, 40),
    tag: `${time}-${hash(`commit ${seed}`).slice(0, 7)}`,
    digest: `sha256:${hash(`image ${seed}`)}`,
    // The tag has no milliseconds.
    pushedAt: new Date(Math.floor(pushedAt.getTime() / 1000) * 1000),
  };
}
