import type { FailedPromotion, Hold, StageStatus, Version, Wait } from "../../fleet-status.ts";
import type { PageService } from "../page-data.ts";
import { secondsBetween } from "./words.ts";

/** What a Stage may need, the most urgent first. */
export const NEEDS = [
  "unreadable",
  "unhealthy",
  "stuck",
  "failed",
  "warehouse",
  "promote",
  "sync",
  "held",
  "drift",
  "closed",
  "soak",
] as const;

export type Need = (typeof NEEDS)[number];

/** What a picture says about a Stage: its most urgent need, else its health. */
export type StageState = Need | "healthy" | "progressing" | "passed" | "empty" | "unknown";

/** Something that a Stage or a service needs, in the words that the list shows. */
export interface Item {
  readonly need: Need;
  readonly service: PageService;
  /** Undefined if it concerns the whole service. */
  readonly stage?: StageStatus;
  readonly version?: Version;
  readonly since?: string;
  readonly until?: string;
  readonly who?: string;
  readonly message?: string;
  readonly command?: string;
}

const WAITS: Readonly<Record<Wait["kind"], Need>> = {
  failure: "stuck",
  promotion: "promote",
  sync: "sync",
  closed: "closed",
  soak: "soak",
  verification: "soak",
};

/** Everything that a service and its Stages need. */
export function itemsOf(service: PageService): Item[] {
  const { unreadable, warehouse } = service;
  return [
    ...(unreadable === undefined ? [] : [{ need: "unreadable" as const, service, message: unreadable }]),
    ...(warehouse === undefined ? [] : [{ need: "warehouse" as const, service, message: warehouse }]),
    ...service.stages.flatMap((stage) => stageItems(service, stage)),
  ];
}

function stageItems(service: PageService, stage: StageStatus): Item[] {
  const base = { service, stage };
  const waits = stage.waits.map((wait) => ({ ...base, ...fromWait(wait, stage.failed) }));
  const stuck = waits.some(({ need }) => need === "stuck");
  return [
    ...(isUnhealthy(stage) ? [unhealthyItem(service, stage)] : []),
    ...waits,
    // A failure that leaves the Stage stuck is listed once, with its reason.
    ...(stage.failed && !stuck ? [{ ...base, ...fromFailure(stage.failed) }] : []),
    ...stage.holds.map((hold) => ({ ...base, ...fromHold(hold) })),
    ...(stage.drift.length > 0
      ? [{ ...base, need: "drift" as const, message: `Not as planned: ${stage.drift.join(", ")}` }]
      : []),
  ];
}

function fromWait(wait: Wait, failed: FailedPromotion | undefined): Omit<Item, "service" | "stage"> {
  const { kind, message, ...rest } = wait;
  const reason = kind === "failure" ? (failed?.reason ?? message) : message;
  return { need: WAITS[kind], ...rest, ...(reason !== undefined && { message: reason }) };
}

function fromFailure({ version, at, reason }: FailedPromotion): Omit<Item, "service" | "stage"> {
  return { need: "failed", version, message: reason, ...(at !== undefined && { since: at }) };
}

function fromHold({ version, since, actor, command }: Hold): Omit<Item, "service" | "stage"> {
  const message = `${actor} promoted older Freight, so Kargo promotes nothing here by itself`;
  return {
    need: "held",
    version,
    message,
    ...(since !== undefined && { since }),
    ...(command !== undefined && { command }),
  };
}

function unhealthyItem(service: PageService, stage: StageStatus): Item {
  const { version } = stage;
  return {
    need: "unhealthy",
    service,
    stage,
    message: `Health: ${stage.health}`,
    ...(version && { version }),
  };
}

function isUnhealthy({ health }: StageStatus): boolean {
  return health === "Degraded" || health === "Unhealthy" || health === "Missing";
}

/** How urgent a need is: 0 is the most urgent. */
export const urgency = (need: Need): number => NEEDS.indexOf(need);

/** The most urgent need, which a picture shows. */
export function stateOf(stage: StageStatus, items: readonly Item[]): StageState {
  const needs = items.filter((item) => item.stage === stage).map(({ need }) => need);
  const [first] = needs.sort((a, b) => urgency(a) - urgency(b));
  if (first !== undefined) return first;
  if (stage.health === "Progressing" || stage.health === "Suspended") return "progressing";
  if (stage.controlFlow) return "passed";
  if (stage.version === undefined) return "empty";
  return stage.health === "Healthy" ? "healthy" : "unknown";
}

/** For how long an item lasts, in seconds; 0 if nobody knows. */
export function secondsOf({ since }: Item, at: string): number {
  return secondsBetween(since, at) ?? 0;
}

/** The Stages after which none comes, such as prod; without those that deploy nothing. */
export function lastStages({ stages }: PageService): StageStatus[] {
  const before = new Set(stages.flatMap(({ after }) => after));
  return stages.filter(({ stage, controlFlow }) => !controlFlow && !before.has(stage));
}
