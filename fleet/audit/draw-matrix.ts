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
  const drawn = (cells: readonly Cell[]) =>
    cells.map((cell) => paint(COLOURS[cell], SIGNS[cell]) + " ".repeat(size - SIGNS[cell].length)).join("");
  const blocks = Array.from({ length: Math.ceil(columns.length / perBlock) }, (_, block) => {
    const own = columns.slice(block * perBlock, (block + 1) * perBlock);
    const number = (index: number) => String(block * perBlock + index + 1);
    const head = "".padEnd(left) + own.map((_, index) => number(index).padEnd(size)).join("");
    const rows = labels
      .map((label, row) => ({ label, cells: own.map(({ cells }) => cells[row] ?? "none") }))
      .filter(({ cells }) => columns.length <= perBlock || cells.some((cell) => cell !== "none"));
    const others = labels.length - rows.length;
    return [
      head.trimEnd(),
      ...rows.map(({ label, cells }) => (label.padEnd(left) + drawn(cells)).trimEnd()),
      ...(others > 0 ? [`(${others} others: nothing here)`] : []),
      ...own.map(({ namespaces }, index) => {
        const many = namespaces.length === 1 ? "" : `${namespaces.length} namespaces: `;
        return cut(`${number(index)}: ${many}${namespaces.join(", ")}`, width);
      }),
    ].join("\n");
  });
  return blocks.join("\n\n");
}

function columnsOf(matrix: Matrix): Column[] {
  const rows = [...matrix.values()];
  const namespaces = [...(rows[0]?.keys() ?? [])];
  const cellsOf = (namespace: string) => rows.map((row) => row.get(namespace) ?? "none");
  const alike = Map.groupBy(namespaces, (namespace) => cellsOf(namespace).join());
  return [...alike.values()].map((group) => ({ namespaces: group, cells: cellsOf(group[0] ?? "") }));
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)} …`;
}
