import type { PageData } from "../page-data.ts";
import { makeControls } from "./controls.ts";
import { showDelivery } from "./delivery.ts";
import { byId, h } from "./elements.ts";
import { EVERYTHING, type Filter, fromHash, inScope, rowOf, tableRows, toHash } from "./filter.ts";
import { showAccess } from "./heat-map.ts";
import { showNeeds, showNotices } from "./needs.ts";
import { STATES, stateSign } from "./picture.ts";
import { makeTable } from "./table.ts";
import { durationText, stateText, timeText } from "./words.ts";

/* The page's script: reads the data, shows it, and shows it again when the filter changes. */

const data = JSON.parse(byId("data").textContent ?? "") as PageData;
const rows = data.services.map((service) => rowOf(service, data.at));
let filter: Filter = fromHash(location.hash);

const controls = makeControls(data, change);
byId("services").append(legend());
const table = makeTable(data.at, (sort) =>
  change({ sort, down: filter.sort === sort ? !filter.down : EVERYTHING.down }),
);

function change(part: Partial<Filter>): void {
  const hash = toHash({ ...filter, ...part });
  history.replaceState(null, "", hash === "" ? location.pathname + location.search : `#${hash}`);
  show({ ...filter, ...part });
}

/** Team and cluster change the whole page, the rest of the filter only the table. */
function show(next: Filter, everything = false): void {
  const scope = everything || next.team !== filter.team || next.cluster !== filter.cluster;
  filter = next;
  const chosen = inScope(rows, filter);
  controls.show(filter);
  table.show(tableRows(chosen, filter), filter, rows.length);
  if (!scope) return;
  showNeeds(chosen, data.at);
  // After the first picture, because it is further down.
  setTimeout(() =>
    showDelivery(
      chosen.map(({ service }) => service),
      data.at,
    ),
  );
}

function legend(): HTMLElement {
  return h(
    "details",
    { class: "legend" },
    h("summary", {}, "The signs in the pictures"),
    h("ul", {}, ...STATES.map((state) => h("li", {}, stateSign(state), ` ${stateText(state)}`))),
  );
}

byId("read").append(
  "Read ",
  h("time", { datetime: data.at }, timeText(data.at)),
  ` (${durationText((Date.now() - Date.parse(data.at)) / 1000)} ago). The page does not update itself.`,
);
for (const button of document.querySelectorAll<HTMLElement>("[data-to]"))
  button.addEventListener("click", () => byId(button.dataset.to ?? "").focus());
addEventListener("hashchange", () => show(fromHash(location.hash)));
showNotices(data);
show(filter, true);
const { access } = data;
if (access) setTimeout(() => showAccess(access));
