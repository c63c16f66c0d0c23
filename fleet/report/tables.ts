import type { EngineStep, FleetReport, StackReport } from "../preview/change.ts";
import { counted, number } from "./counts.ts";
import { cell, code, named } from "./escape.ts";
import { sharedSteps, touchedServices } from "./service-blocks.ts";
import { describeObjects, describeSteps } from "./service-words.ts";
import { changingSteps, outcomeOf, stepCounts } from "./steps.ts";
import { sharedOf } from "./verdict.ts";

/** The table of one cluster. */
interface ClusterTable {
  readonly cluster: string;
  /** The heading and the first two lines of the table. */
  readonly head: string;
  /** One row per service and stack. */
  readonly rows: readonly string[];
  /** The engine's summary for each stack. */
  readonly notes: readonly string[];
}

/** The number of a service's sentences in a row. */
const WORDS = 2;

/** One table for each cluster that has changes. */
export function clusterTables(report: FleetReport): ClusterTable[] {
  const clusters = Map.groupBy(report.stacks, ({ change }) => change.cluster);
  return [...clusters].flatMap(([cluster, stacks]) => {
    const rows = stacks.flatMap((stack) => rowsOf(stack, report));
    const notes = stacks.flatMap((stack) => engineNote(stack, report.tense === "done"));
    if (rows.length === 0 && notes.length === 0) return [];
    const columns = "| stack | service | action | what changes | engine |\n|---|---|---|---|---|";
    // The log of an `up` does not contain the cluster, so the stack's name is used.
    const heading = `### ${report.tense === "done" ? "Stack" : "Cluster"} ${named(cluster)}`;
    return [{ cluster, head: rows.length === 0 ? heading : `${heading}\n\n${columns}`, rows, notes }];
  });
}

function rowsOf(stack: StackReport, report: FleetReport): string[] {
  const { change, engine } = stack;
  const counts = (steps: readonly EngineStep[]) => (engine === undefined ? "not asked" : stepCounts(steps));
  const services = touchedServices(stack, report).map(({ service, change: found, steps, words }) => {
    const more = words.length > WORDS ? `; and ${words.length - WORDS} more` : "";
    const action = found?.action ?? wholeAction(steps);
    return [named(service), action, words.slice(0, WORDS).join("; ") + more, counts(steps)];
  });
  const shared = ["(shared)", "update", sharedWords(stack, report), counts(sharedSteps(stack))];
  return [...services, ...(sharedOf(stack) ? [shared] : [])].map(
    (cells) => `| ${[named(change.stack), ...cells].map(cell).join(" | ")} |`,
  );
}

/** The operation on a service that no plan describes. */
function wholeAction(steps: readonly EngineStep[]): string {
  const outcomes = new Set(steps.map(outcomeOf));
  const [only] = outcomes;
  return outcomes.size === 1 && (only === "create" || only === "delete") ? only : "update";
}

function sharedWords(stack: StackReport, { tense }: FleetReport): string {
  const { shared, sharedDiffers } = stack.change;
  if (shared.length > 8) return counted(shared.length, "object");
  if (shared.length > 0) return describeObjects(shared);
  if (sharedDiffers) return "names of Secrets, the providers, or protection";
  return describeSteps(sharedSteps(stack), tense === "done");
}

function engineNote({ change, engine }: StackReport, done: boolean): string[] {
  if (engine === undefined) return [];
  const { steps, unchanged, scope, because, milliseconds, outcome } = engine;
  const real = changingSteps(steps);
  const count = (is: string) => real.filter((step) => outcomeOf(step) === is).length;
  const words = done
    ? (["created", "changed", "replaced", "deleted"] as const)
    : (["to create", "to change", "to replace", "to delete"] as const);
  const counts = (["create", "update", "replace", "delete"] as const).flatMap((is, index) =>
    count(is) === 0 ? [] : [`${number(count(is))} ${words[index]}`],
  );
  const asked =
    scope === "affected"
      ? "only the affected services"
      : `everything${because === undefined ? "" : ` (${code(because)})`}`;
  const ended = outcome === "succeeded" ? "" : ` It ${outcome === "refused" ? "refused" : "failed"}.`;
  const stay = unchanged > 0 ? `, ${number(unchanged)} ${done ? "stayed" : "stay"}` : "";
  return [
    `Engine on ${named(change.stack)}: ${counts.length === 0 ? "nothing" : counts.join(", ")}${stay}${done ? "" : `; asked for ${asked}`}, in ${(milliseconds / 1000).toFixed(1)} s.${ended}`,
  ];
}
