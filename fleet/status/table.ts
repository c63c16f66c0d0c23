import type { ServiceStatus, StageStatus } from "./fleet-status.ts";
import type { Paint } from "./text.ts";
import { age, shortVersion } from "./words.ts";

/** What a mark after a version means. */
export const LEGEND =
  "! failed   > waits for a person   . waits by itself   = held   ~ differs from the plan   - no version yet";

interface Cell {
  readonly text: string;
  readonly colour: "red" | "yellow" | "green" | "dim";
}

/**
 * A table for each set of stages: a service a row, with the version in each Stage, its age and marks. If it is too wide,
 * it shows no ages; if it is still too wide, lines are cut.
 */
export function tables(
  services: readonly ServiceStatus[],
  now: number,
  width: number,
  paint: Paint,
): string[] {
  const pipelines = Map.groupBy(services, ({ stages }) => stages.map(({ stage }) => stage).join(" "));
  const several = new Set(services.map(({ cluster }) => cluster)).size > 1;
  return [...pipelines.values()].map((alike) => {
    const wide = rowsOf(alike, several, (status) => cellOf(status, now, true));
    const rows =
      lengthOf(wide) <= width ? wide : rowsOf(alike, several, (status) => cellOf(status, now, false));
    return draw(rows, width, paint).join("\n");
  });
}

function rowsOf(
  services: readonly ServiceStatus[],
  several: boolean,
  toCell: (status: StageStatus) => Cell,
): Cell[][] {
  const plain = (text: string): Cell => ({ text, colour: "dim" });
  const head = ["SERVICE", ...(several ? ["CLUSTER"] : []), "TEAM"];
  const stages = services[0]?.stages.map(({ stage }) => stage) ?? [];
  return [
    [...head, ...stages].map(plain),
    ...services.map(({ service, cluster, team, stages }) => [
      ...[service, ...(several ? [cluster] : []), team].map((text): Cell => ({ text, colour: "green" })),
      ...stages.map(toCell),
    ]),
  ];
}

function cellOf(status: StageStatus, now: number, ages: boolean): Cell {
  const { version, health, controlFlow } = status;
  if (controlFlow) return { text: "·", colour: "dim" };
  const marks = marksOf(status);
  const old = ages && version ? age(version.since, now) : undefined;
  const words = [
    version === undefined ? "-" : shortVersion(version),
    ...(old === undefined ? [] : [old]),
    ...(health === "Healthy" || health === "Unknown" ? [] : [health]),
    ...(marks === "" ? [] : [marks]),
  ];
  const bad = marks.includes("!") || ["Degraded", "Unhealthy", "Missing"].includes(health);
  const colour = bad ? "red" : marks === "" ? "green" : "yellow";
  return { text: words.join(" "), colour: version === undefined && !bad ? "dim" : colour };
}

function marksOf({ failed, waits, holds, drift }: StageStatus): string {
  const kinds = waits.map(({ kind }) => kind);
  const person = kinds.some((kind) => kind === "promotion" || kind === "sync");
  const itself = kinds.some((kind) => kind === "soak" || kind === "verification" || kind === "closed");
  return [
    failed || kinds.includes("failure") ? "!" : "",
    person ? ">" : "",
    itself ? "." : "",
    holds.length > 0 ? "=" : "",
    drift.length > 0 ? "~" : "",
  ].join("");
}

function widthsOf(rows: readonly (readonly Cell[])[]): number[] {
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.text.length ?? 0), 0),
  );
}

function lengthOf(rows: readonly (readonly Cell[])[]): number {
  return widthsOf(rows).reduce((sum, width) => sum + width + 2, -2);
}

function draw(rows: readonly (readonly Cell[])[], width: number, paint: Paint): string[] {
  const widths = widthsOf(rows);
  return rows.map((row) => {
    let left = width;
    const cells = row.map(({ text, colour }, column) => {
      const padded = text.padEnd((widths[column] ?? 0) + 2).slice(0, left);
      left -= padded.length;
      const word = padded.slice(0, text.length);
      const gap = padded.slice(text.length);
      return (colour === "green" && column < 2 ? word : paint(colour, word)) + gap;
    });
    return cells.join("").trimEnd();
  });
}
