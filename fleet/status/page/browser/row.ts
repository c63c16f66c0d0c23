import { visible } from "../../../report/escape.ts";
import type { PageService } from "../page-data.ts";
import { type Child, h, name } from "./elements.ts";
import type { Row } from "./filter.ts";
import { age, itemElement } from "./item.ts";
import { pipelinePicture, stateSign } from "./picture.ts";
import { lastStages, NEEDS, stateOf } from "./states.ts";
import { durationText, NEED_WORDS, percentText, stateText, versionText } from "./words.ts";

const WIDTH_OF_ALL = 6;

/**
 * The row of a service, and below it its Stages if it is open.
 * @param index the row's number in the whole table; the head is 1
 * @param open the services whose Stages are shown
 */
export function tableRow(row: Row, at: string, index: number, open: Set<string>): HTMLTableRowElement[] {
  const { service, items, values } = row;
  const key = `${service.service}\n${service.cluster}`;
  const button = h(
    "button",
    { type: "button", class: "open", "aria-expanded": String(open.has(key)) },
    name(service.service),
  );
  const element = h(
    "tr",
    { role: "row", class: "service", "aria-rowindex": index },
    h(
      "th",
      { role: "rowheader", scope: "row" },
      button,
      h("span", { class: "dim" }, name(service.team), " · ", name(service.cluster)),
    ),
    tableCell("Pipeline", pipelinePicture(service, items), h("span", { class: "needs" }, needsText(row))),
    tableCell("In the last Stage for", ...lastVersions(service, at)),
    tableCell("Lead time", values.lead === undefined ? "–" : durationText(values.lead)),
    tableCell("Deployments a week", values.often === undefined ? "–" : values.often.toFixed(1)),
    tableCell("Failed", values.failures === undefined ? "–" : percentText(values.failures)),
  );
  button.addEventListener("click", () => {
    const closing = open.delete(key);
    if (!closing) open.add(key);
    button.setAttribute("aria-expanded", String(!closing));
    if (closing) element.nextElementSibling?.remove();
    else element.after(stagesRow(row, at));
  });
  return open.has(key) ? [element, stagesRow(row, at)] : [element];
}

function tableCell(label: string, ...children: readonly Child[]): HTMLTableCellElement {
  return h("td", { role: "cell", "data-label": label }, ...children);
}

/** What the Stages need, such as `prod: to promote`. */
function needsText({ items }: Row): string {
  const needs = NEEDS.flatMap((need) => {
    const those = items.filter((item) => item.need === need);
    const stages = new Set(those.flatMap(({ stage }) => stage?.stage ?? []));
    const { title } = NEED_WORDS[need];
    return those.length === 0 ? [] : [stages.size === 0 ? title : `${title}: ${[...stages].join(", ")}`];
  });
  return visible(needs.join("; "));
}

function lastVersions(service: PageService, at: string): Child[] {
  const versions = lastStages(service).map(({ stage, version }) =>
    h(
      "span",
      { class: "last" },
      version === undefined ? "–" : (age(version.since, at) ?? "?"),
      " ",
      h("span", { class: "dim" }, name(stage), ...(version ? [" ", name(versionText(version))] : [])),
    ),
  );
  return versions.length === 0 ? ["–"] : versions;
}

function stagesRow({ service, items }: Row, at: string): HTMLTableRowElement {
  const stages = service.stages.map((stage) => {
    const state = stateOf(stage, items);
    const own = items.filter((item) => item.stage === stage);
    const { version } = stage;
    const since = age(version?.since, at);
    return h(
      "li",
      {},
      h("h3", {}, stateSign(state), name(stage.stage), " ", h("span", { class: "dim" }, stateText(state))),
      h(
        "p",
        { class: "facts" },
        version === undefined
          ? stage.controlFlow
            ? "Deploys nothing"
            : "No Promotion yet"
          : name(versionText(version), "version"),
        ...(since ? [" for ", since] : []),
        ` · health ${stage.health}`,
        ...(stage.after.length === 0 ? [] : [" · after ", name(stage.after.join(", "))]),
      ),
      own.length === 0
        ? undefined
        : h("ul", { class: "items" }, ...own.map((item) => itemElement(item, at, "row"))),
    );
  });
  const whole = items.filter(({ stage }) => stage === undefined);
  const inside = h(
    "td",
    { role: "cell", colspan: WIDTH_OF_ALL },
    h("ul", { class: "stages" }, ...whole.map((item) => itemElement(item, at, "row")), ...stages),
  );
  return h("tr", { role: "row", class: "stages-row" }, inside);
}
