import { readFileSync } from "node:fs";
import { closedNow } from "../../../model/closed-now.ts";
import type { Plan } from "../../../model/plan.ts";
import { planOf } from "../../../test/sources.ts";
import type { FleetStatus, ServiceStatus, StageStatus, Wait } from "../../status/fleet-status.ts";
import {
  type Item,
  type LiveApplication,
  type LivePipeline,
  type LivePipelines,
  liveApplication,
  PIPELINE_LISTS,
} from "../../status/live.ts";
import { statusOf } from "../../status/status-of.ts";

/** An object of a recording; its kind is in it, unlike in a list of the API server. */
export type RecordedItem = Item & { readonly apiVersion: string; readonly kind: string };

/** What Kargo and Argo CD wrote at one of two moments: see recorded/README.md. */
export function recorded(moment: "freeze" | "held"): RecordedItem[] {
  const text = readFileSync(new URL(`recorded/${moment}.jsonl`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedItem);
}

/** The plan of the services that were recorded: those of this repository. */
export function recordedPlan(stack?: string, services = readFileSync("services.json", "utf8")): Plan {
  return planOf(services, stack);
}

/** The objects of the second recording, after a person promoted nginx by hand. */
export const HELD: readonly RecordedItem[] = recorded("held");
/** The Freight of nginx, the older first. */
export const FIRST = "ff2ff083bc7ceaba48b8b550bd8a4c58d3e90f08";
export const SECOND = "cc00c3c605127c58f2b420b359ea6cbb472171bb";

export const kinds = (waits: readonly Wait[]) => waits.map(({ kind }) => kind);

/** Half a minute after the second recording. */
export const RECORDED_AT = new Date("2026-11-28T13:41:00Z");

/** Objects as the command keeps them. */
export function livePipelines(
  items: readonly RecordedItem[],
  { services }: Pick<Plan, "services"> = recordedPlan(),
): LivePipelines {
  const projects = new Map<string, LivePipeline>();
  for (const { project } of services) projects.set(project, { stages: [], freights: [], promotions: [] });
  const applications = new Map<string, LiveApplication>();
  for (const item of items) {
    const { kind, metadata } = item;
    const pipeline = projects.get(metadata.namespace ?? "");
    if (kind === "Application") applications.set(metadata.name, liveApplication(item));
    else if (pipeline) PIPELINE_LISTS[`${kind.toLowerCase()}s`]?.(pipeline, item);
  }
  return { projects, applications, refused: new Map(), limits: [] };
}

/** The status of recorded or changed objects on one cluster. */
export function statusOfItems(
  items: readonly RecordedItem[],
  { plan = recordedPlan(), now = RECORDED_AT }: { plan?: Plan; now?: Date } = {},
): FleetStatus {
  const { services, platform } = plan;
  const closed = closedNow(platform?.calendar ?? [], now);
  const live = livePipelines(items, plan);
  return statusOf([{ name: "test", stacks: ["test"], services, closed, live }], now);
}

/** One Stage of a status. @throws Error if it is missing */
export function stageOf({ services }: FleetStatus, service: string, stage: string): StageStatus {
  const found = services
    .find((each: ServiceStatus) => each.service === service)
    ?.stages.find((each) => each.stage === stage);
  if (found === undefined) throw new Error(`the status has no Stage ${service}/${stage}`);
  return found;
}

/** The items with one of them changed. @throws Error if there is no such item */
export function changed(
  items: readonly RecordedItem[],
  kind: string,
  name: string,
  change: (item: RecordedItem) => object,
): RecordedItem[] {
  const matches = (item: RecordedItem) =>
    item.kind === kind && `${item.metadata.namespace}/${item.metadata.name}` === name;
  if (!items.some(matches)) throw new Error(`there is no ${kind} ${name}`);
  return items.map((item) => (matches(item) ? ({ ...item, ...change(item) } as RecordedItem) : item));
}

/** The items with these fields in the status of one of them. */
export function withStatus(
  items: readonly RecordedItem[],
  kind: string,
  name: string,
  fields: object,
): RecordedItem[] {
  return changed(items, kind, name, ({ status }) => ({ status: { ...(status as object), ...fields } }));
}
