import { visible } from "../../../report/escape.ts";

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Node | string | undefined;

/** An HTML element. Texts become text nodes, and nothing is parsed as HTML. An attribute that is false is left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** An SVG element, in the same way. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  element.append(...children.filter((child) => child !== undefined));
}

/** A name from a file or a cluster, kept apart from its surroundings in direction, with invisible characters shown. */
export function name(text: string, className?: string): HTMLElement {
  return h("bdi", { class: className }, visible(text));
}

/** The element with this id. @throws Error if the page has none */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no element ${id}.`);
  return element;
}

/** Says something to a screen reader. */
export function say(text: string): void {
  byId("said").textContent = text;
}

/** A list that shows its first children, and the others after a click. */
export function shortList(
  children: readonly Node[],
  most: number,
  className: string,
  what: string,
): HTMLElement[] {
  const list = h("ul", { class: className }, ...children.slice(0, most));
  if (children.length <= most) return [list];
  const more = h(
    "button",
    { type: "button", class: "more" },
    `Show all ${children.length.toLocaleString("en")}`,
    h("span", { class: "unseen" }, ` ${what}`),
  );
  more.addEventListener("click", () => {
    const [first] = children.slice(most);
    list.append(...children.slice(most));
    more.remove();
    // The focus moves on to what the click showed.
    if (first instanceof HTMLElement) {
      first.tabIndex = -1;
      first.focus();
    }
  });
  return [list, more];
}
