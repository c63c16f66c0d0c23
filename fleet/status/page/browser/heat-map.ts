import type { Cell } from "../../../audit/matrix.ts";
import type { AccessMap } from "../page-data.ts";
import { byId, h, name } from "./elements.ts";
import { plural } from "./words.ts";

/** The signs and words of `fleet audit`. */
const CELLS: Readonly<Record<Cell, { readonly sign: string; readonly meaning: string }>> = {
  team: { sign: "T", meaning: "reads, refreshes, promotes to Stages with auto-promotion" },
  approver: { sign: "A", meaning: "reads, refreshes, approves, promotes to Stages with manual promotion" },
  both: { sign: "TA", meaning: "both" },
  none: { sign: "·", meaning: "nothing" },
  wrong: { sign: "✗", meaning: "not as planned: fleet audit says why" },
};

/** The access matrix as a heat map: a row for each team, a column for all namespaces that are alike. */
export function showAccess({ rows, columns }: AccessMap): void {
  const section = byId("access");
  section.hidden = false;
  const head = columns.map(({ namespaces: [first, ...others] }, index) => {
    const title = others.length === 0 ? first : `${first} and ${others.length} more`;
    return h("th", { scope: "col", title }, String(index + 1));
  });
  const lines = rows.map((row, index) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name(row)),
      ...columns.map(({ cells }) => {
        const cell = cells[index] ?? "none";
        return h("td", { class: `cell-${cell}`, title: CELLS[cell].meaning }, CELLS[cell].sign);
      }),
    ),
  );
  const wrong = columns.filter(({ cells }) => cells.includes("wrong")).length;
  const table = h(
    "table",
    { class: "heat" },
    h("caption", { class: "unseen" }, "Rights of each team (rows) in the namespaces (numbered columns)"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Namespaces"), ...head)),
    h("tbody", {}, ...lines),
  );
  section.append(
    h(
      "p",
      {},
      "The rights in the cluster, as fleet audit compared them with the plan. ",
      wrong === 0
        ? "All are as planned."
        : `${plural(wrong, "column")} with rights that differ from the plan.`,
    ),
    h("div", { class: "wide", role: "region", tabindex: 0, "aria-label": "Access matrix" }, table),
    h(
      "dl",
      { class: "legend" },
      ...Object.entries(CELLS).map(([cell, { sign, meaning }]) =>
        h("div", {}, h("dt", { class: `heat-sign cell-${cell}` }, sign), h("dd", {}, meaning)),
      ),
    ),
    h(
      "details",
      {},
      h("summary", {}, "The namespaces of each column"),
      h("ol", {}, ...columns.map(({ namespaces }) => h("li", {}, name(namespaces.join(", "))))),
    ),
  );
}
