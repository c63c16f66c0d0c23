import { counted } from "../../model/diagnostics.ts";
import type { FleetReport } from "../preview/change.ts";
import { doneReport } from "../report/done-report.ts";
import { changingSteps, stepCounts } from "../report/steps.ts";
import type { StackRun } from "./engine-run.ts";
import { joined, type WaveResult } from "./roll-out.ts";
import type { ClusterUp } from "./up.ts";

/** The exit codes of `fleet up`; 1 is for an `up` that could not begin. */
export const EXIT = { done: 0, broken: 2, stopped: 3, busy: 4 } as const;

export function exitCodeOf(up: ClusterUp): number {
  if (runsOf(up).some(({ outcome }) => outcome === "busy")) return EXIT.busy;
  if (badWave(up)) return EXIT.stopped;
  return up.broken.size > 0 ? EXIT.broken : EXIT.done;
}

function badWave({ waves }: ClusterUp): WaveResult | undefined {
  return waves.find(({ stops }) => stops.length > 0);
}

function runsOf({ waves }: ClusterUp): StackRun[] {
  return waves.flatMap(({ runs }) => runs);
}

/** The one command that goes on; undefined if everything is up. */
export function nextCommand(up: ClusterUp, again: string): string | undefined {
  const lost = runsOf(up).find((run) => run.lost);
  if (lost) return `npm run fleet -- recover --stack ${lost.stack} && ${again}`;
  return badWave(up) || up.broken.size > 0 ? again : undefined;
}

/** The summary as text. */
export function upText(up: ClusterUp, again: string): string {
  const { cluster, waves, left, broken, milliseconds } = up;
  const bad = badWave(up);
  const head = bad
    ? `Cluster ${cluster}: stopped in wave "${bad.name}" after ${seconds(milliseconds)}.`
    : `Cluster ${cluster}: everything is up after ${seconds(milliseconds)}${broken.size > 0 ? `, except ${counted(broken.size, "service")}` : ""}.`;
  const next = nextCommand(up, again);
  return [
    head,
    [...waves.map(waveText), ...left.map((name) => `  not begun  ${name}`)].join("\n"),
    ...(broken.size > 0 ? [[`Not made:`, ...[...broken].flatMap(brokenLines)].join("\n")] : []),
    ...(next ? [`${bad ? "Repair the cause" : "Repair each cause"}, then go on with:\n  ${next}`] : []),
  ].join("\n\n");
}

function waveText({ name, runs, skipped, notBegun, stops, milliseconds }: WaveResult): string {
  const steps = changingSteps(runs.flatMap((run) => run.steps));
  const what = [
    ...(runs.length > 0 ? [`${counted(runs.length, "stack")}, changes: ${stepCounts(steps)}`] : []),
    ...(skipped.length > 0 ? [`${counted(skipped.length, "stack")} had nothing to do`] : []),
    ...(notBegun.length > 0 ? [`not begun: ${notBegun.join(", ")}`] : []),
  ].join("; ");
  const first = `  ${stops.length > 0 ? "bad      " : "up       "}  ${name}: ${what || "nothing to do"} (${seconds(milliseconds)})`;
  return [first, ...stops.flatMap((stop) => stop.split("\n").map((line) => `             ${line}`))].join(
    "\n",
  );
}

/** The sentence of the program says why and what to do; without one the engine's errors are shown. */
function brokenLines([service, words]: readonly [string, readonly string[]]): string[] {
  const told = words.filter((word) => /\[KF10\d\]/.test(word));
  const causes = words.filter((word) => !/\[KF10\d\]/.test(word) && !/ failed$/.test(word));
  const shown = [...told, ...(told.some((word) => !word.includes("[KF104]")) ? [] : causes)];
  return [
    `  ${service}`,
    ...(shown.length > 0 ? shown : words).flatMap((word) => word.split("\n")).map((line) => `    ${line}`),
  ];
}

/** Everything as JSON, for scripts. */
export function upJson(up: ClusterUp, again: string): string {
  const { cluster, left, recovered, broken } = up;
  const waves = up.waves.map(({ runs, ...wave }) => ({
    ...wave,
    milliseconds: Math.round(wave.milliseconds),
    runs: runs.map(({ steps, broken: services, written: _, ...run }) => ({
      ...run,
      changes: stepCounts(changingSteps(steps)),
      broken: [...services.keys()],
    })),
  }));
  const result = {
    cluster,
    outcome: (Object.keys(EXIT) as (keyof typeof EXIT)[]).find((key) => EXIT[key] === exitCodeOf(up)),
    waves,
    left,
    broken: Object.fromEntries(broken),
    recovered,
    milliseconds: Math.round(up.milliseconds),
    next: nextCommand(up, again) ?? null,
  };
  return JSON.stringify(result, null, 2);
}

/** What all runs did, in the form of `fleet report`. */
export function upReport(up: ClusterUp): FleetReport {
  const stacks = Map.groupBy(runsOf(up), ({ stack }) => stack);
  const runs = [...stacks].map(([stack, all]) => {
    const { steps, unchanged, outcome, errors, broken, milliseconds } = all.reduce(joined);
    return {
      stack,
      engine: {
        scope: "full" as const,
        because: undefined,
        steps,
        unchanged,
        outcome: outcome === "done" ? ("succeeded" as const) : ("failed" as const),
        errors: [...errors, ...[...broken.values()].flat()],
        milliseconds,
      },
    };
  });
  return doneReport(`the up of cluster ${up.cluster}`, runs);
}

function seconds(milliseconds: number): string {
  const all = Math.round(milliseconds / 1000);
  return all < 120 ? `${all} s` : `${Math.floor(all / 60)} min ${all % 60} s`;
}
