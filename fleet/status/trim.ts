import { printedSeconds } from "../../model/durations.ts";
import type {
  FreightReference,
  LiveApplication,
  LiveFreight,
  LiveHold,
  LivePromotion,
  LiveStage,
  LiveStagePromotion,
} from "./live.ts";

/** An object of a list. Everything in it may be missing: any version of Kargo or Argo CD wrote it. */
export interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp?: string;
  };
  readonly [key: string]: unknown;
}

/** A field by its path; undefined if something on the way is missing or no object. */
function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    value,
  );
}

function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function entries(value: unknown, ...path: readonly string[]): [string, unknown][] {
  const found = at(value, ...path);
  return isRecord(found) ? Object.entries(found) : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Drops what a status does not need of a Stage. */
export function liveStage({ metadata, spec, status }: Item): LiveStage {
  const ready = list(status, "conditions").find((each) => text(each, "type") === "Ready");
  const [, current] = entries(list(status, "freightHistory")[0], "items")[0] ?? [];
  return {
    name: metadata.name,
    spec,
    autoPromotion: at(status, "autoPromotionEnabled") === true,
    current: current === undefined ? undefined : reference(current),
    health: text(status, "health", "status"),
    unready:
      ready === undefined || text(ready, "status") === "True"
        ? undefined
        : { reason: text(ready, "reason") ?? "", message: text(ready, "message") ?? "" },
    holds: holds(status),
    last: stagePromotion(at(status, "lastPromotion")),
    running: stagePromotion(at(status, "currentPromotion")),
  };
}

/** Kargo's definition asks clients to read the effective holds: the recorded ones may be over, or not yet in force. */
function holds(status: unknown): LiveHold[] {
  return entries(status, "effectiveAutoPromotionHolds").map(([, hold]) => ({
    actor: text(hold, "actor") ?? "",
    freight: text(hold, "freightName") ?? "",
    createdAt: text(hold, "createdAt"),
  }));
}

function stagePromotion(promotion: unknown): LiveStagePromotion | undefined {
  const name = text(promotion, "name");
  if (name === undefined) return undefined;
  const status = at(promotion, "status");
  const [pullRequest] = entries(status, "state").flatMap(([, output]) => text(output, "pr", "url") ?? []);
  return {
    name,
    freight: reference(at(promotion, "freight")),
    phase: text(status, "phase") ?? "",
    message: text(status, "message"),
    startedAt: text(status, "startedAt"),
    finishedAt: text(promotion, "finishedAt") ?? text(status, "finishedAt"),
    pullRequest,
  };
}

/** Drops what a status does not need of a piece of Freight; its fields are not below `spec`. */
export function liveFreight(item: Item): LiveFreight {
  const { metadata, status } = item;
  const since = entries(status, "currentlyIn").map(([stage, use]) => [stage, text(use, "since") ?? ""]);
  const verified = entries(status, "verifiedIn").map(([stage, found]) => [
    stage,
    { at: text(found, "verifiedAt"), soaked: printedSeconds(text(found, "longestSoak") ?? "") },
  ]);
  return {
    ...reference({ name: metadata.name, images: item.images, commits: item.commits }),
    createdAt: metadata.creationTimestamp ?? "",
    currentlyIn: Object.fromEntries(since),
    verifiedIn: Object.fromEntries(verified),
    approvedFor: entries(status, "approvedFor").map(([stage]) => stage),
  };
}

/** Drops the steps and their states, which are nearly all of a Promotion. */
export function livePromotion({ metadata, spec, status }: Item): LivePromotion {
  return {
    stage: text(spec, "stage") ?? "",
    freight: { ...reference(at(status, "freight")), name: text(spec, "freight") ?? "" },
    phase: text(status, "phase") ?? "",
    createdAt: metadata.creationTimestamp ?? "",
    finishedAt: text(status, "finishedAt"),
  };
}

function reference(freight: unknown): FreightReference {
  return {
    name: text(freight, "name") ?? "",
    images: list(freight, "images").map((image) => ({
      repoURL: text(image, "repoURL") ?? "",
      tag: text(image, "tag") ?? "",
      digest: text(image, "digest"),
    })),
    commit: text(list(freight, "commits")[0], "id"),
  };
}

/** Drops the resources and the history of an Application. */
export function liveApplication({ status }: Item): LiveApplication {
  const phase = text(status, "operationState", "phase");
  const failed = phase === "Failed" || phase === "Error";
  return {
    sync: text(status, "sync", "status"),
    health: text(status, "health", "status"),
    images: list(status, "summary", "images").filter((image) => typeof image === "string"),
    failedSync: failed ? (text(status, "operationState", "message") ?? phase) : undefined,
  };
}

/** Why a Warehouse finds no Freight; undefined if it is ready, or new. */
export function warehouseProblem({ status }: Item): string | undefined {
  const ready = list(status, "conditions").find((each) => text(each, "type") === "Ready");
  return text(ready, "status") === "False" ? (text(ready, "message") ?? text(ready, "reason")) : undefined;
}
