import { table } from "../benchmarks-page.ts";
import { logPlot } from "../plot.ts";
import { growthExponent, type Measured, measuredIn, type Results } from "../results.ts";

export const PLOT = "docs/benchmarks-fleet.svg";
const KUBECTL = "kubectl apply";
const FLEET = "fleet up";
const FIRST = "first rollout";
/** The sizes between which growth is measured. */
export const SMALL = 100;
const LARGE = 1_000;

/** Both tables, the growth, the figures to reach and the notes, as Markdown. */
export function textOf(results: Results): string {
  return [
    timesOf(results),
    ...(plotOf(results) === undefined
      ? []
      : [`![Time of a first rollout by number of services](${PLOT.replace("docs/", "")})`]),
    "For a first rollout:",
    costsOf(results),
    ...growthOf(results),
    "Figures to reach:",
    figuresOf(results),
    ...notesOf(results),
  ].join("\n\n");
}

/** Seconds per phase, with the ratio to kubectl. */
export function timesOf(results: Results): string {
  const { peers, phases, sizes } = results;
  const rows = sizes.flatMap((size) =>
    peers.map((peer) => [
      String(size),
      `\`${peer}\``,
      ...phases.map((phase) => timeOf(results, peer, phase, size)),
    ]),
  );
  return table(["services", "command", ...phases], rows);
}

function timeOf(results: Results, peer: string, phase: string, size: number): string {
  const found = measuredIn(results, peer, phase, size);
  if (found === undefined) return "—";
  const base = measuredIn(results, KUBECTL, phase, size);
  const ratio =
    peer === KUBECTL || base === undefined ? "" : ` (${(found.seconds / base.seconds).toFixed(1)} ×)`;
  return `${seconds(found)}${ratio}`;
}

function costsOf(results: Results): string {
  const { peers, sizes } = results;
  const rows = sizes.flatMap((size) =>
    peers.flatMap((peer) => {
      const found = measuredIn(results, peer, FIRST, size);
      if (found === undefined) return [];
      const written = found.written === undefined ? "not counted" : `${found.written.toFixed(1)} MB`;
      const memory = [found.worker, found.all].map((megabytes) => `${Math.round(megabytes)} MB`);
      return [[String(size), `\`${peer}\``, ...memory, String(found.requests), written]];
    }),
  );
  return table(
    ["services", "command", "memory of a worker", "of all", "API requests", "written to disk"],
    rows,
  );
}

function growthOf(results: Results): string[] {
  const rows = results.phases.flatMap((phase) => {
    const cells = results.peers.map((peer) => exponentOf(results, peer, phase)?.toFixed(2) ?? "—");
    return cells.every((cell) => cell === "—") ? [] : [[phase, ...cells]];
  });
  if (rows.length === 0) return [];
  const head = ["phase", ...results.peers.map((peer) => `\`${peer}\``)];
  return [`Growth exponent from ${SMALL} to ${LARGE} services; 1 is linear:`, table(head, rows)];
}

function exponentOf(results: Results, peer: string, phase: string): number | undefined {
  const [from, to] = [SMALL, LARGE].map((size) => measuredIn(results, peer, phase, size));
  return from && to && growthExponent({ size: SMALL, ...from }, { size: LARGE, ...to });
}

/** The goals, each with what was measured at the largest size that has both numbers. */
export function figuresOf(results: Results): string {
  const size = results.sizes.findLast((one) => measuredIn(results, FLEET, FIRST, one) !== undefined);
  if (size === undefined)
    return table(["figure", "goal", "measured"], [["first rollout", "—", "not reached in time"]]);
  const at = (peer: string, phase: string) => measuredIn(results, peer, phase, size);
  const first = at(FLEET, FIRST);
  const against = (top: Measured | undefined, base: Measured | undefined) =>
    top && base && top.seconds / base.seconds;
  const goals: readonly (readonly [string, string, number | undefined, number, string])[] = [
    [`first rollout of ${size}, to \`${KUBECTL}\``, "≤ 1.5 ×", against(first, at(KUBECTL, FIRST)), 1.5, " ×"],
    [
      `known no-op of ${size}, to the first rollout`,
      "≤ 0.5 ×",
      against(at(FLEET, "known no-op"), first),
      0.5,
      " ×",
    ],
    [
      `no-op of ${size} in the engine, to the first rollout`,
      "≤ 0.5 ×",
      against(at(FLEET, "no-op"), first),
      0.5,
      " ×",
    ],
    [`one changed service of ${size}`, "≤ 5 s", at(FLEET, "one service")?.seconds, 5, " s"],
    ["growth exponent of a first rollout", "≤ 1.1", exponentOf(results, FLEET, FIRST), 1.1, ""],
    ["peak memory of a worker", "≤ 1,000 MB", first?.worker, 1_000, " MB"],
  ];
  const rows = goals.map(([name, goal, value, limit, unit]) => [
    name,
    goal,
    value === undefined ? "—" : `${value.toFixed(unit === " MB" ? 0 : 2)}${unit}`,
    value === undefined ? "not measured" : value <= limit ? "yes" : "no",
  ]);
  return table(["figure", "goal", "measured", "reached"], rows);
}

/** Why cells are empty. */
function notesOf({ peers, phases, sizes, cell }: Results): string[] {
  const reasons = new Map<string, Map<string, number[]>>();
  for (const size of sizes)
    for (const peer of peers)
      for (const phase of phases) {
        const found = cell(peer, phase, size) ?? { missing: "not run" };
        if (!("missing" in found)) continue;
        const why = `\`${peer}\`: ${found.missing}`;
        const empty = reasons.get(why) ?? new Map<string, number[]>();
        reasons.set(why, empty.set(phase, [...(empty.get(phase) ?? []), size]));
      }
  if (reasons.size === 0) return [];
  return [
    "Not measured:",
    [...reasons]
      .map(([why, empty]) => {
        const cells = [...empty].map(([phase, sizes]) => `${phase} of ${sizes.join(", ")}`);
        return `- ${why} (${cells.join("; ")})`;
      })
      .join("\n"),
  ];
}

/** The times of first rollouts; undefined before there is one. */
export function plotOf(results: Results): string | undefined {
  const lines = results.peers.map((name) => ({
    name,
    points: results.sizes.flatMap((size) => {
      const found = measuredIn(results, name, FIRST, size);
      return found ? [{ x: size, y: found.seconds }] : [];
    }),
  }));
  if (lines.every(({ points }) => points.length === 0)) return undefined;
  return logPlot("First rollout", { x: "services", y: "seconds" }, lines);
}

function seconds({ seconds: value }: Measured): string {
  return `${value.toFixed(1)} s`;
}
