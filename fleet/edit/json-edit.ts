import { applyEdits, findNodeAtLocation, type JSONPath, type Node, parseTree } from "jsonc-parser";

/** How wide a line may become, as the repository's own formatter has it. */
const WIDTH = 110;

/**
 * Adds a key to an object of a JSON text. Every other byte stays as it is: the new entry takes the layout of its
 * neighbours, and where their keys are sorted its place among them.
 *
 * @param path of an object that is there
 */
export function addKey(text: string, path: JSONPath, key: string, value: unknown): string {
  const map = objectAt(text, path);
  const entries = map.children ?? [];
  const keys = entries.map(keyOf);
  const sorted = keys.every((name, index) => index === 0 || (keys[index - 1] ?? "") < name);
  const place = sorted ? keys.filter((name) => name < key).length : keys.length;
  const layout = layoutOf(text, map);
  const entry = `${JSON.stringify(key)}: ${valueText(value, key, layout)}`;
  const previous = entries[place - 1];
  const next = entries[place];
  if (previous) return edited(text, previous.offset + previous.length, 0, `,${layout.between}${entry}`);
  if (next) return edited(text, next.offset, 0, `${entry},${layout.between}`);
  return edited(text, map.offset + 1, map.length - 2, `${layout.between}${entry}${layout.last}`);
}

/** Gives a key of an object a value, adding it at the end where it is not there. Every other byte stays as it is. */
export function setKey(text: string, path: JSONPath, key: string, value: string): string {
  const map = objectAt(text, path);
  const there = map.children?.find((entry) => keyOf(entry) === key)?.children?.[1];
  if (there) return edited(text, there.offset, there.length, JSON.stringify(value));
  const last = map.children?.at(-1);
  const layout = layoutOf(text, map);
  const entry = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  if (last === undefined)
    return edited(text, map.offset + 1, map.length - 2, `${layout.between}${entry}${layout.last}`);
  return edited(text, last.offset + last.length, 0, `,${layout.between}${entry}`);
}

function edited(text: string, offset: number, length: number, content: string): string {
  return applyEdits(text, [{ offset, length, content }]);
}

function objectAt(text: string, path: JSONPath): Node {
  const root = parseTree(text.replace(/^\uFEFF/, " "));
  const node = root && findNodeAtLocation(root, path);
  if (node?.type !== "object") throw new Error(`${path.join(".")} is no object: the text is checked before`);
  return node;
}

function keyOf(entry: Node): string {
  return String(entry.children?.[0]?.value);
}

/** What stands between two entries of an object, and after the last one; how deep one more level is indented. */
interface Layout {
  readonly between: string;
  readonly last: string;
  readonly indent: string;
  readonly unit: string;
  readonly eol: string;
  /** Whether an entry may stand on one line. */
  readonly inline: boolean;
}

function layoutOf(text: string, map: Node): Layout {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const [first] = map.children ?? [];
  const outer = indentAt(text, map.offset);
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  if (first === undefined) {
    const whole = text.includes("\n");
    const indent = outer + unit;
    return whole
      ? { between: eol + indent, last: eol + outer, indent, unit, eol, inline: true }
      : { between: " ", last: " ", indent: "", unit, eol, inline: true };
  }
  const before = text.slice(map.offset + 1, first.offset);
  const indent = before.includes("\n") ? indentAt(text, first.offset) : "";
  const between = before.includes("\n") ? eol + indent : before === "" ? "" : " ";
  const values = (map.children ?? [])
    .map((entry) => entry.children?.[1])
    .filter((value) => value?.type === "object");
  const inline =
    values.length === 0 ||
    values.some((value) => value && !text.slice(value.offset, value.offset + value.length).includes("\n"));
  return { between, last: "", indent, unit, eol, inline: inline || !before.includes("\n") };
}

function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** On one line where the neighbours are and where it fits, a comma after it included; else one key a line. */
function valueText(value: unknown, key: string, { indent, unit, eol, inline, between }: Layout): string {
  const line = onOneLine(value);
  const fits = indent.length + JSON.stringify(key).length + line.length + 3 <= WIDTH;
  if ((inline && fits) || !between.includes("\n") || value === null || typeof value !== "object") return line;
  const entries = Object.entries(value).map(
    ([name, item]) => `${indent}${unit}${JSON.stringify(name)}: ${onOneLine(item)}`,
  );
  return `{${eol}${entries.join(`,${eol}`)}${eol}${indent}}`;
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${onOneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
