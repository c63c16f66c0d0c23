import { byId, h, say, svg } from "./elements.ts";
import type { Filter, Row, SortKey } from "./filter.ts";
import { tableRow } from "./row.ts";
import { plural } from "./words.ts";

/** How many rows are made at once. The others follow when the reader comes near. */
const CHUNK = 40;

const COLUMNS: readonly (readonly [SortKey, string])[] = [
  ["service", "Service"],
  ["needs", "Pipeline and needs"],
  ["age", "In the last Stage for"],
  ["lead", "Lead time"],
  ["often", "Deployments a week"],
  ["failures", "Failed"],
];

/** The table of services. It makes only the rows that are near the screen. */
export function makeTable(at: string, sortBy: (key: SortKey) => void) {
  const open = new Set<string>();
  let rows: readonly Row[] = [];
  let made = 0;
  const body = h("tbody", { role: "rowgroup" });
  const heads = COLUMNS.map(([key, title]) => {
    const button = h("button", { type: "button" }, title, arrow());
    button.addEventListener("click", () => sortBy(key));
    return h("th", { role: "columnheader", scope: "col", "data-key": key }, button);
  });
  const table = h(
    "table",
    { role: "table", class: "services", "aria-describedby": "count" },
    h(
      "caption",
      { class: "unseen" },
      "All services that the filter shows. The buttons in the head sort them.",
    ),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row", "aria-rowindex": 1 }, ...heads)),
    body,
  );
  const count = h("p", { id: "count", class: "count" });
  const more = h("button", { type: "button", class: "more", hidden: true }, "Show more");
  const add = (number: number): void => {
    const next = rows.slice(made, made + number);
    body.append(...next.flatMap((row, index) => tableRow(row, at, made + index + 2, open)));
    made += next.length;
    more.hidden = made >= rows.length;
  };
  more.addEventListener("click", () => {
    const before = body.lastElementChild;
    add(CHUNK);
    const next = before?.nextElementSibling?.querySelector("button");
    if (next instanceof HTMLElement) next.focus();
  });
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      add(CHUNK);
      // It reports only changes, and short rows may leave the button near.
      near.unobserve(more);
      near.observe(more);
    },
    { rootMargin: "800px" },
  );
  near.observe(more);
  addEventListener("beforeprint", () => add(rows.length));
  byId("services").append(count, table, more);
  return {
    /** Shows these rows, in this order. */
    show(next: readonly Row[], { sort, down }: Filter, total: number): void {
      rows = next;
      made = 0;
      body.replaceChildren();
      table.setAttribute("aria-rowcount", String(rows.length + 1));
      for (const head of heads)
        if (head.dataset.key === sort) head.setAttribute("aria-sort", down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      const text =
        rows.length === total
          ? plural(total, "service")
          : `${plural(rows.length, "service")} of ${total.toLocaleString("en")}`;
      if (count.textContent !== text) say(text);
      count.textContent = text;
      add(CHUNK);
    },
  };
}

function arrow(): SVGSVGElement {
  return svg(
    "svg",
    { class: "sorted", viewBox: "0 0 10 12", width: 10, height: 12, "aria-hidden": "true" },
    svg("path", { class: "up", d: "M1 5L5 0L9 5z" }),
    svg("path", { class: "down", d: "M1 7L5 12L9 7z" }),
  );
}
