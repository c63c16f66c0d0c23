import type { Cell, Matrix } from "./matrix.ts";

const SIGNS: Readonly<Record<Cell, string>> = { team: "T", approver: "A", both: "TA", none: "·", wrong: "✗" };

const COLOURS = { team: "green", approver: "green", both: "green", none: "dim", wrong: "red" } as const;

export const LEGEND = [
  "T   reads, refreshes, promotes to Stages with auto-promotion",
  "A   reads, refreshes, approves, promotes to Stages with manual promotion",
  "·   nothing",
  "✗   not as planned: see below",
].join("\n");

export type Paint = (colour: (typeof COLOURS)[Cell], text: string) => string;

/** A column of namespaces in which every row has the same rights. */
interface Column {
  readonly namespaces: readonly string[];
  readonly cells: readonly Cell[];
}

/**
 * Draws the matrix as text: one row per team, one column for all namespaces with the same cells, so that a hundred
 * services of one team take one column. A wide matrix is split into blocks. Each block omits rows without rights in
 * it, and says so.
 * @param width the number of characters in a line
 */
export function drawMatrix(matrix: Matrix, width: number, paint: Paint): string {
  const labels = [...matrix.keys()];
  const columns = columnsOf(matrix);
  const left = Math.max(...labels.map(({ length }) => length)) + 2;
  const size = Math.max(4, String(columns.length).length + 2);
  const perBlock = Math.max(1, Math.floor((width - left) / size));
  const blocks = Array.from({ length: Math.ceil(columns.length / perBlock) }, (_, index) => index * perBlock);
  return blocks
    .map((start) =>
      drawBlock({
        labels,
        columns: columns.slice(start, start + perBlock),
        start,
        left,
        size,
        whole: blocks.length === 1,
        width,
        paint,
      }),
    )
    .join("\n\n");
}

function columnsOf(matrix: Matrix): Column[] {
  const rows = [...matrix.values()];
  const namespaces = [...(rows[0]?.keys() ?? [])];
  const cellsOf = (namespace: string) => rows.map((row) => row.get(namespace) ?? "none");
  const alike = Map.groupBy(namespaces, (namespace) => cellsOf(namespace).join());
  return [...alike.values()].map((group) => ({ namespaces: group, cells: cellsOf(group[0] ?? "") }));
}

function drawBlock(options: {
  labels: readonly string[];
  columns: readonly Column[];
  /** The index of the first column, from 0. */
  start: number;
  left: number;
  size: number;
  whole: boolean;
  width: number;
  paint: Paint;
}): string {
  const { labels, columns, start, left, size, whole, width, paint } = options;
  const number = (index: number) => String(start + index + 1);
  const head = "".padEnd(left) + columns.map((_, index) => number(index).padEnd(size)).join("");
  const shown = labels
    .map((label, row) => ({ label, cells: columns.map(({ cells }) => cells[row] ?? "none") }))
    .filter(({ cells }) => whole || cells.some((cell) => cell !== "none"));
  const lines = shown.map(
    ({ label, cells }) =>
      label.padEnd(left) +
      cells.map((cell) => paint(COLOURS[cell], SIGNS[cell]) + " ".repeat(size - SIGNS[cell].length)).join(""),
  );
  const others = labels.length - shown.length;
  const names = columns.map(({ namespaces }, index) => {
    const said = `${number(index)}: ${namespaces.length === 1 ? "" : `${namespaces.length} namespaces: `}`;
    return cut(`${said}${namespaces.join(", ")}`, width);
  });
  return [
    head.trimEnd(),
    ...lines.map((line) => line.trimEnd()),
    ...(others > 0 ? [`(${others} others: nothing here)`] : []),
    ...names,
  ].join("\n");
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)} …`;
}
