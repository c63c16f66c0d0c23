import { counted } from "../../model/diagnostics.ts";
import type { ClosedNow, ClusterStatus, FleetStatus } from "./fleet-status.ts";
import { type Need, needsOf } from "./needs.ts";
import { LEGEND, tables } from "./table.ts";
import { age, median, shortVersion, shown, span } from "./words.ts";

export type Paint = (colour: "red" | "yellow" | "green" | "dim" | "bold", text: string) => string;

/** What a group of needs asks of the reader. */
const GROUPS: readonly { readonly kind: Need["kind"]; readonly title: string }[] = [
  { kind: "failed", title: "Promotion failed, and Kargo does not try again" },
  { kind: "stuck", title: "Stuck: auto-promotion does not try again" },
  { kind: "promote", title: "Wait for a person to promote" },
  { kind: "sync", title: "Promoted and not synced" },
  { kind: "held", title: "Held: auto-promotion pauses" },
  { kind: "drift", title: "Differ from the plan" },
  { kind: "itself", title: "Wait by themselves" },
];

/** The number of entries of a group, so that the table stays in sight. */
const NAMED = 20;

/** A status as text: what needs a person, then the versions, then the numbers. */
export function statusText(status: FleetStatus, width: number, paint: Paint): string {
  const { at, clusters, services } = status;
  const now = Date.parse(at);
  const needs = needsOf(status);
  const names = clusters.map(({ name }) => name).join(", ");
  const waiting = needs.filter(({ kind }) => kind !== "itself").length;
  const several = clusters.length > 1;
  const read = services.filter(({ stages }) => stages.length > 0);
  return [
    paint("bold", `${counted(services.length, "service")} on ${names}, read at ${at.slice(0, 19)}Z`),
    ...clusters.flatMap((cluster) => clusterLines(cluster, paint)),
    ...unreadable(status, paint),
    ...warehouses(status, paint),
    ...GROUPS.flatMap((group) => groupText(group, needs, { now, paint, several })),
    ...(waiting === 0 && [...clusters, ...services].every((each) => each.unreadable === undefined)
      ? [paint("green", "Nothing needs a person.")]
      : []),
    ...tables(read, now, width, paint),
    ...(read.length === 0 ? [] : [[LEGEND, ...numbers(status, now)].join("\n")]),
  ].join("\n\n");
}

function clusterLines({ name, unreadable, limits = [], closed }: ClusterStatus, paint: Paint): string[] {
  if (unreadable !== undefined) return [paint("red", `Not read: cluster ${name}: ${shown(unreadable)}`)];
  return [
    ...limits.map((limit) => paint("yellow", `Cluster ${name}: ${shown(limit)}`)),
    ...closed.map((each) => paint("yellow", `Closed on ${name}: ${closedText(each)}`)),
  ];
}

function closedText({ kind, reason, stages, services, until }: ClosedNow): string {
  const which = stages.length === 0 ? "every Stage" : stages.join(", ");
  const whose = services.length === 0 ? "every service" : some(services);
  const end = until === undefined ? "" : ` until ${until.slice(0, 16)}Z`;
  return `${which} of ${whose}${end} (${kind}: ${shown(reason)})`;
}

function some(names: readonly string[]): string {
  return names.length <= 5
    ? names.join(", ")
    : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

function unreadable({ services }: FleetStatus, paint: Paint): string[] {
  const refused = services.filter((each) => each.unreadable !== undefined);
  const [first] = refused;
  if (first === undefined) return [];
  const names = some(refused.map(({ service }) => service));
  return [
    paint(
      "red",
      `Not read: ${counted(refused.length, "service")} (${names}): ${shown(first.unreadable ?? "")}`,
    ),
  ];
}

function warehouses({ services }: FleetStatus, paint: Paint): string[] {
  const ill = services.filter(({ warehouse }) => warehouse !== undefined);
  if (ill.length === 0) return [];
  const lines = ill.slice(0, NAMED).map(({ service, warehouse = "" }) => `  ${service}  ${shown(warehouse)}`);
  const title = paint("red", `Warehouse finds no new Freight (${ill.length})`);
  return [[title, ...lines, ...more(ill.length)].join("\n")];
}

function groupText(
  { kind, title }: (typeof GROUPS)[number],
  needs: readonly Need[],
  { now, paint, several }: { now: number; paint: Paint; several: boolean },
): string[] {
  const mine = needs.filter((need) => need.kind === kind);
  if (mine.length === 0) return [];
  const colour = kind === "failed" || kind === "stuck" ? "red" : kind === "itself" ? "dim" : "yellow";
  const lines = mine.slice(0, NAMED).flatMap((need) => needLines(need, now, several));
  return [[paint(colour, `${title} (${mine.length})`), ...lines, ...more(mine.length)].join("\n")];
}

function needLines(need: Need, now: number, several: boolean): string[] {
  const { service, stage, cluster, version, since, until, who, message, command } = need;
  const words = [
    `${service}/${stage}${several ? ` on ${cluster}` : ""}`,
    ...(version ? [shortVersion(version)] : []),
    ...(age(since, now) === undefined ? [] : [`for ${age(since, now)}`]),
    ...(until === undefined ? [] : [`until ${until.slice(0, 16)}Z`]),
    ...(who === undefined ? [] : [who]),
  ];
  return [
    `  ${words.join("  ")}`,
    ...(message === undefined ? [] : [`      ${shown(message)}`]),
    ...(command === undefined ? [] : [`      ${command}`]),
  ];
}

function more(count: number): string[] {
  return count <= NAMED ? [] : [`  and ${count - NAMED} more: name --team or --services, or use --json`];
}

/** Frequency, failure rate and lead times, with the time that they cover. */
function numbers({ services }: FleetStatus, now: number): string[] {
  const all = services.map(({ deliveries }) => deliveries);
  const [since] = all.flatMap((each) => each.since ?? []).sort();
  if (since === undefined) return [];
  const sum = (key: "succeeded" | "failed") => all.reduce((total, each) => total + each[key], 0);
  const [succeeded, failed] = [sum("succeeded"), sum("failed")];
  const days = Math.max(1, (now - Date.parse(since)) / 86_400_000);
  const times = Map.groupBy(
    services.flatMap(({ leadTimes }) => leadTimes),
    ({ stage }) => stage,
  );
  const medians = [...times].map(
    ([stage, found]) => `${stage} ${span(median(found.map(({ seconds }) => seconds)) ?? 0)}`,
  );
  return [
    `Last Stages since ${since.slice(0, 10)}: ${counted(succeeded, "Promotion")}, ${(succeeded / days).toFixed(1)} a day; ${failed} failed (${Math.round((failed / Math.max(1, succeeded + failed)) * 100)} %)`,
    ...(medians.length === 0 ? [] : [`From the push, median: ${medians.join(", ")}`]),
  ];
}
