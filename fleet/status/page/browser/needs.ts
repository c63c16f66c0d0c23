import type { PageData } from "../page-data.ts";
import { byId, h, name, shortList } from "./elements.ts";
import type { Row } from "./filter.ts";
import { itemElement } from "./item.ts";
import { stateSign } from "./picture.ts";
import { type Item, NEEDS, type Need } from "./states.ts";
import { NEED_WORDS, plural, secondsBetween, timeText } from "./words.ts";

/** How many entries of a group are shown at first. */
const FIRST = 4;

/** The first screen: a tile for each need, then its entries, the oldest first. */
export function showNeeds(rows: readonly Row[], at: string): void {
  const all = rows.flatMap(({ items }) => items);
  const groups = NEEDS.map((need) => [need, all.filter((item) => item.need === need)] as const);
  const full = groups.filter(([, items]) => items.length > 0);
  const stages = rows.reduce((sum, { service }) => sum + service.stages.length, 0);
  const calm = `Nothing. ${plural(rows.length, "service")} with ${plural(stages, "Stage")} need nobody.`;
  const tiles = h("ul", { class: "tiles" }, ...groups.map(([need, items]) => tile(need, items.length)));
  const section = byId("needs");
  section.replaceChildren(
    ...[...section.children].slice(0, 1),
    ...(full.length === 0 ? [h("p", {}, calm)] : [tiles]),
    ...full.map(([need, items]) => group(need, items, at)),
  );
}

function tile(need: Need, count: number): HTMLLIElement {
  const content = [
    stateSign(need),
    h("span", { class: "count" }, count.toLocaleString("en")),
    ` ${NEED_WORDS[need].title}`,
  ];
  if (count === 0) return h("li", { class: "none" }, h("span", { class: "tile" }, ...content));
  const button = h("button", { type: "button", class: "tile" }, ...content);
  button.addEventListener("click", () => {
    const target = byId(`need-${need}`) as HTMLDetailsElement;
    target.open = true;
    target.querySelector("summary")?.focus();
    target.scrollIntoView({ block: "start" });
  });
  return h("li", {}, button);
}

function group(need: Need, items: readonly Item[], at: string): HTMLElement {
  const { title, meaning } = NEED_WORDS[need];
  const secondsOf = ({ since }: Item) => secondsBetween(since, at) ?? 0;
  const oldest = items.toSorted((a, b) => secondsOf(b) - secondsOf(a));
  return h(
    "details",
    { class: "group", id: `need-${need}`, open: need !== "soak" },
    h(
      "summary",
      {},
      stateSign(need),
      h("h3", {}, title),
      h("span", { class: "count" }, items.length.toLocaleString("en")),
    ),
    h("p", { class: "meaning" }, meaning),
    ...shortList(
      oldest.map((item) => itemElement(item, at, "list")),
      FIRST,
      "items",
      `of: ${title}`,
    ),
  );
}

/** What is true of everything: a note, clusters that could not be read, and what is closed now. */
export function showNotices({ note, clusters }: PageData): void {
  const notices = clusters.flatMap(({ name: cluster, unreadable, limits = [], closed }) => [
    ...(unreadable === undefined
      ? []
      : [notice("bad", name(cluster), " could not be read, so its Stages are unknown: ", name(unreadable))]),
    ...limits.map((limit) => notice("bad", name(cluster), ": ", name(limit))),
    ...closed.map(({ kind, reason, until, stages, services }) =>
      notice(
        "closed",
        name(cluster),
        ` refuses Promotions (${kind})`,
        ...(until === undefined ? [] : [" until ", name(timeText(until))]),
        ...onlyOf("Stages", stages),
        ...onlyOf("services", services),
        ": ",
        name(reason),
      ),
    ),
  ]);
  byId("notices").replaceChildren(...(note === undefined ? [] : [notice("note", name(note))]), ...notices);
}

function notice(kind: string, ...content: readonly (Node | string)[]): HTMLElement {
  return h("p", { class: `notice ${kind}` }, ...content);
}

function onlyOf(what: string, names: readonly string[]): (Node | string)[] {
  return names.length === 0 ? [` of all ${what}`] : [` of ${what} `, name(names.join(", "))];
}
