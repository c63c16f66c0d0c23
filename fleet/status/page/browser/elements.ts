import { visible } from "../../../report/escape.ts";

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;
export type Child = Node | string | undefined;

/** An HTML element. Texts become text nodes, and nothing is parsed as HTML. An attribute that is false is left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element, in the same way. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Attributes,
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A picture in its natural size. @param label what it shows, for a screen reader */
export function picture(
  className: string,
  label: string,
  [width, height]: readonly [number, number],
  ...children: readonly Child[]
): SVGSVGElement {
  const viewBox = `0 0 ${width} ${height}`;
  const attributes = { role: "img", "aria-label": label, class: className, viewBox, width, height };
  return svg("svg", attributes, ...children);
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
