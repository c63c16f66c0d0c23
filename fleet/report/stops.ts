import { formatProblem } from "../../model/diagnostics.ts";
import type { FleetReport } from "../preview/change.ts";
import { clipped, fenced, linesOf, named } from "./escape.ts";
import { lossesOf, problemsOf } from "./verdict.ts";

/** The maximum length of a line in an error. */
const LONGEST_LINE = 1_000;

/** The reason why something stopped. */
export interface Stop {
  /** Markdown. */
  readonly title: string;
  readonly lines: readonly string[];
}

/** Problems of the files, losses that the check refuses, and errors of the engine. */
export function stopsOf(report: FleetReport): Stop[] {
  const problems = problemsOf(report).map(formatProblem);
  const losses = lossesOf(report).map(formatProblem);
  const done = report.tense === "done";
  return [
    ...(problems.length > 0 ? [{ title: "Problems of the files:", lines: problems }] : []),
    ...(losses.length > 0 ? [{ title: "What would be lost without the first step:", lines: losses }] : []),
    ...report.stacks.flatMap(({ change, engine }) => {
      if (engine === undefined || (engine.outcome === "succeeded" && engine.errors.length === 0)) return [];
      const stack = named(change.stack);
      const verb = engine.outcome === "refused" ? "was refused" : done ? "failed" : "could not be previewed";
      const title =
        engine.outcome === "succeeded" ? `The engine on ${stack} said:` : `Stack ${stack} ${verb}:`;
      const said = engine.errors.flatMap(linesOf).filter((line) => line !== "");
      return [{ title, lines: said.length === 0 ? ["(without a word)"] : said }];
    }),
  ].map(({ title, lines }) => ({ title, lines: lines.map((line) => clipped(line, LONGEST_LINE)) }));
}

/** A stop as Markdown, with at most this many bytes of its lines. */
export function stopText({ title, lines }: Stop, most: number): string {
  let size = 0;
  const shown = lines.filter((line) => {
    size += Buffer.byteLength(line) + 1;
    return size <= most;
  });
  const left = lines.length - shown.length;
  const all = left === 0 ? shown : [...shown, `… and ${left} more lines`];
  return `${title}\n\n${fenced(all)}`;
}
