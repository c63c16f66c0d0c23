import { visible } from "../../../report/escape.ts";
import type { PageData } from "../page-data.ts";
import { byId, h } from "./elements.ts";
import { EVERYTHING, type Filter } from "./filter.ts";
import { NEEDS } from "./states.ts";
import { NEED_WORDS } from "./words.ts";

/** The controls of the filter: team and cluster for the whole page, the others for the table. */
export function makeControls(data: PageData, change: (part: Partial<Filter>) => void) {
  const distinct = (values: readonly string[]) =>
    [...new Set(values)].sort().map((each) => [each, visible(each)] as const);
  const teams = distinct(data.services.map(({ team }) => team));
  const clusters = distinct(data.services.map(({ cluster }) => cluster));
  const selects = {
    team: select("Team", [["", "All teams"], ...teams]),
    cluster: select("Cluster", [["", "All clusters"], ...clusters]),
    state: select("State", [
      ["", "All"],
      ["any", "Needs anything"],
      ...NEEDS.map((need) => [need, NEED_WORDS[need].title] as const),
      ["stale", "In the last Stage for 14 days or more"],
    ]),
  };
  const search = h("input", { type: "search", name: "search", autocomplete: "off", spellcheck: "false" });
  const reset = h("button", { type: "button" }, "Show everything");
  for (const [key, element] of Object.entries(selects))
    element.addEventListener("change", () => change({ [key]: element.value }));
  search.addEventListener("input", () => change({ search: search.value }));
  reset.addEventListener("click", () => {
    change(EVERYTHING);
    search.focus();
  });
  const scope = byId("scope");
  scope.append(labelled("Team", selects.team));
  if (clusters.length > 1) scope.append(labelled("Cluster", selects.cluster));
  const table = h(
    "form",
    { role: "search", "aria-label": "Services" },
    labelled("Search: service, team, Stage, tag, commit", search),
    labelled("State", selects.state),
    reset,
  );
  for (const form of [scope, table]) form.addEventListener("submit", (event) => event.preventDefault());
  byId("services").append(table);
  return {
    show(filter: Filter): void {
      for (const [key, element] of Object.entries(selects))
        element.value = filter[key as keyof typeof selects];
      // Writing the same value would move the cursor.
      if (search.value !== filter.search) search.value = filter.search;
    },
  };
}

function select(name: string, options: readonly (readonly [string, string])[]): HTMLSelectElement {
  return h(
    "select",
    { name: name.toLowerCase() },
    ...options.map(([value, text]) => h("option", { value }, text)),
  );
}

function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  return h("label", {}, h("span", {}, text), control);
}
