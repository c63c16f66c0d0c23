import type { FailedPromotion, Hold, StageStatus, Wait } from "../../fleet-status.ts";
import type { PageService } from "../page-data.ts";

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
export interface Item extends Partial<Omit<Wait, "kind">> {
  readonly need: Need;
  readonly service: PageService;
  /** Undefined if it concerns the whole service. */
  readonly stage?: StageStatus;
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

const UNHEALTHY: readonly StageStatus["health"][] = ["Degraded", "Unhealthy", "Missing"];

function stageItems(service: PageService, stage: StageStatus): Item[] {
  const { version, health, failed, drift } = stage;
  const waits = stage.waits.map((wait) => fromWait(wait, failed));
  const stuck = waits.some(({ need }) => need === "stuck");
  const items: Omit<Item, "service">[] = [
    ...(UNHEALTHY.includes(health)
      ? [{ need: "unhealthy" as const, message: `Health: ${health}`, ...(version && { version }) }]
      : []),
    ...waits,
    // A failure that leaves the Stage stuck is listed once, with its reason.
    ...(failed && !stuck ? [fromFailure(failed)] : []),
    ...stage.holds.map(fromHold),
    ...(drift.length > 0 ? [{ need: "drift" as const, message: `Not as planned: ${drift.join(", ")}` }] : []),
  ];
  return items.map((item) => ({ ...item, service, stage }));
}

function fromWait({ kind, message, ...rest }: Wait, failed: FailedPromotion | undefined) {
  const reason = kind === "failure" ? (failed?.reason ?? message) : message;
  return { need: WAITS[kind], ...rest, ...(reason !== undefined && { message: reason }) };
}

function fromFailure({ version, at, reason }: FailedPromotion) {
  return { need: "failed" as const, version, message: reason, ...(at !== undefined && { since: at }) };
}

function fromHold({ actor, ...rest }: Hold) {
  const message = `${actor} promoted older Freight, so Kargo promotes nothing here by itself`;
  return { need: "held" as const, message, ...rest };
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

/** The Stages after which none comes, such as prod; without those that deploy nothing. */
export function lastStages({ stages }: PageService): StageStatus[] {
  const before = new Set(stages.flatMap(({ after }) => after));
  return stages.filter(({ stage, controlFlow }) => !controlFlow && !before.has(stage));
}
