import { visible } from "../../../report/escape.ts";
import { picture, svg } from "./elements.ts";
import { histogram, positionOf, quantile } from "./numbers.ts";
import { DAY, durationText, shortened } from "./words.ts";

/** Ends and marks of the logarithmic axis, in seconds. */
const MARKS = [10, 60, 600, 3_600, 6 * 3_600, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

const LINE = 52;
const LEFT = 88;
const RIGHT = 12;
const FOOT = 26;
/** Stages with more lead times come first if there are more; all are in the table. */
const MOST = 12;

/** A row of bars for each Stage on one time axis. The table below it says the same to a screen reader. */
export function plotOf(times: ReadonlyMap<string, readonly number[]>, width: number): SVGSVGElement {
  const most = [...times].toSorted(([, a], [, b]) => b.length - a.length).slice(0, MOST);
  const stages = [...times].filter(([stage]) => most.some(([each]) => each === stage));
  const values = stages.flatMap(([, sorted]) => [sorted[0] ?? 1, sorted.at(-1) ?? 1]);
  const from = MARKS.findLast((mark) => mark <= Math.min(...values)) ?? 1;
  const to = MARKS.find((mark) => mark >= Math.max(...values, from + 1)) ?? Math.max(...values, from + 1);
  const room = width - LEFT - RIGHT;
  const x = (seconds: number) => LEFT + room * positionOf(seconds, from, to);
  const height = stages.length * LINE + FOOT;
  const marks = MARKS.filter((mark) => mark >= from && mark <= to);
  const axis = marks.map((mark, index) => {
    const anchor = index === marks.length - 1 ? "end" : index === 0 ? "start" : "middle";
    return svg(
      "g",
      {},
      svg("path", { class: "grid", d: `M${x(mark)} 4V${height - FOOT + 4}` }),
      svg("text", { x: x(mark), y: height - 8, "text-anchor": anchor }, durationText(mark)),
    );
  });
  const bars = Math.max(8, Math.min(48, Math.floor(room / 10)));
  const lines = stages.map(([stage, sorted], index) => {
    const base = index * LINE + LINE - 6;
    const counts = histogram(sorted, bars, from, to);
    const highest = Math.max(1, ...counts);
    const size = room / bars;
    const rects = counts.flatMap((count, bar) => {
      if (count === 0) return [];
      const tall = Math.max(2, (count / highest) * (LINE - 16));
      const place = { x: LEFT + bar * size, y: base - tall, width: Math.max(1, size - 1), height: tall };
      return [svg("rect", { class: "bar", ...place })];
    });
    const [half, most90] = [quantile(sorted, 0.5) ?? 1, quantile(sorted, 0.9) ?? 1];
    return svg(
      "g",
      {},
      svg("title", {}, summary(stage, sorted)),
      svg("text", { x: 0, y: base - 14, class: "stage" }, shortened(visible(stage), 11)),
      svg("text", { x: 0, y: base, class: "dim" }, durationText(half)),
      svg("path", { class: "base", d: `M${LEFT} ${base}H${width - RIGHT}` }),
      ...rects,
      svg("path", { class: "median", d: `M${x(half)} ${base - LINE + 12}V${base}` }),
      svg("path", { class: "ninety", d: `M${x(most90)} ${base - LINE + 12}V${base}` }),
    );
  });
  const label = `Lead times. ${stages.map(([stage, sorted]) => summary(stage, sorted)).join("; ")}`;
  return picture("lead-times", label, [width, height], ...axis, ...lines);
}

function summary(stage: string, sorted: readonly number[]): string {
  const [half, ninety] = [quantile(sorted, 0.5) ?? 0, quantile(sorted, 0.9) ?? 0];
  return `${visible(stage)}: half within ${durationText(half)}, 90 % within ${durationText(ninety)}`;
}
