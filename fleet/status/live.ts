import { printedSeconds } from "../../model/durations.ts";

/*
 * What a status needs of the clusters' objects. Everything else is dropped page by page, because a thousand services
 * have 100 MB of Promotions. Fields are those of kargo.akuity.io/v1alpha1 and argoproj.io/v1alpha1.
 */

/** The pipelines of a cluster, by namespace, and the Applications by name. */
export interface LivePipelines {
  readonly projects: ReadonlyMap<string, LivePipeline>;
  /** Undefined if the caller may not read them. */
  readonly applications: ReadonlyMap<string, LiveApplication> | undefined;
  /** Namespaces that the caller may not read, with the API server's words. */
  readonly refused: ReadonlyMap<string, string>;
  /** What the caller may not read, one sentence each. */
  readonly limits: readonly string[];
}

/** The objects of one Kargo Project. */
export interface LivePipeline {
  readonly stages: LiveStage[];
  readonly freights: LiveFreight[];
  readonly promotions: LivePromotion[];
  /** Why a Warehouse is not ready. */
  warehouse?: string;
}

/** Freight as a Stage or a Promotion names it. */
export type FreightReference = ReturnType<typeof reference>;
export type LiveImage = FreightReference["images"][number];
export type LiveFreight = ReturnType<typeof liveFreight>;
export type LivePromotion = ReturnType<typeof livePromotion>;
export type LiveStage = ReturnType<typeof liveStage>;
export type LiveApplication = ReturnType<typeof liveApplication>;

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

/** A text that is not empty. */
export function text(value: unknown, ...path: readonly string[]): string | undefined {
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

function readyCondition(status: unknown): unknown {
  return list(status, "conditions").find((each) => text(each, "type") === "Ready");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function liveStage({ metadata, spec, status }: Item) {
  const ready = readyCondition(status);
  const items = entries(list(status, "freightHistory")[0], "items");
  const [, current] = items[0] ?? [];
  return {
    name: metadata.name,
    spec,
    autoPromotion: at(status, "autoPromotionEnabled") === true,
    current: current === undefined ? undefined : reference(current),
    /** The names of its Freight, one for each Warehouse. */
    held: items.map(([, one]) => text(one, "name") ?? ""),
    health: text(status, "health", "status"),
    /** The condition Ready, if it is not True. */
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
function holds(status: unknown) {
  return entries(status, "effectiveAutoPromotionHolds").map(([, hold]) => ({
    actor: text(hold, "actor") ?? "",
    freight: text(hold, "freightName") ?? "",
    createdAt: text(hold, "createdAt"),
  }));
}

/** A Promotion as its Stage reports it. */
function stagePromotion(promotion: unknown) {
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
    /** The address of the pull request that it opened. */
    pullRequest,
  };
}

/** Its fields are not below `spec`. */
export function liveFreight(item: Item) {
  const { metadata, status } = item;
  const since = entries(status, "currentlyIn").map(
    ([stage, use]) => [stage, text(use, "since") ?? ""] as const,
  );
  const verified = entries(status, "verifiedIn").map(([stage, found]) => {
    const soaked = printedSeconds(text(found, "longestSoak") ?? "");
    return [stage, { at: text(found, "verifiedAt"), soaked }] as const;
  });
  return {
    ...reference({ name: metadata.name, images: item.images, commits: item.commits }),
    charts: list(item, "charts").map((chart) => ({
      repoURL: text(chart, "repoURL") ?? "",
      name: text(chart, "name"),
      version: text(chart, "version") ?? "",
    })),
    createdAt: metadata.creationTimestamp ?? "",
    /** Since when each Stage has it. */
    currentlyIn: Object.fromEntries(since),
    verifiedIn: Object.fromEntries(verified),
    /** The Stages for which a person approved it. */
    approvedFor: entries(status, "approvedFor").map(([stage]) => stage),
  };
}

/** Drops the steps and their states, which are nearly all of a Promotion. */
export function livePromotion({ metadata, spec, status }: Item) {
  return {
    stage: text(spec, "stage") ?? "",
    freight: { ...reference(at(status, "freight")), name: text(spec, "freight") ?? "" },
    phase: text(status, "phase") ?? "",
    createdAt: metadata.creationTimestamp ?? "",
    finishedAt: text(status, "finishedAt"),
  };
}

function reference(freight: unknown) {
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
export function liveApplication({ status }: Item) {
  const phase = text(status, "operationState", "phase");
  const failed = phase === "Failed" || phase === "Error";
  return {
    sync: text(status, "sync", "status"),
    health: text(status, "health", "status"),
    /** Images as in manifests: `registry.example/nginx:1.2@sha256:…`. */
    images: list(status, "summary", "images").filter((image) => typeof image === "string"),
    /** The last sync, if it did not succeed. */
    failedSync: failed ? (text(status, "operationState", "message") ?? phase) : undefined,
  };
}

/** Why a Warehouse finds no Freight; undefined if it is ready, or new. */
function warehouseProblem({ status }: Item): string | undefined {
  const ready = readyCondition(status);
  return text(ready, "status") === "False" ? (text(ready, "message") ?? text(ready, "reason")) : undefined;
}

/** The lists of Kargo's API, and what is kept of each object. */
export const PIPELINE_LISTS: Readonly<Record<string, (pipeline: LivePipeline, item: Item) => void>> = {
  stages: ({ stages }, item) => stages.push(liveStage(item)),
  freights: ({ freights }, item) => freights.push(liveFreight(item)),
  promotions: ({ promotions }, item) => promotions.push(livePromotion(item)),
  warehouses: (pipeline, item) => {
    const problem = warehouseProblem(item);
    if (problem !== undefined) pipeline.warehouse = problem;
  },
};
