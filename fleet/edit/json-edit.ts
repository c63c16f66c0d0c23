import { applyEdits, findNodeAtLocation, type JSONPath, modify, type Node, parseTree } from "jsonc-parser";

/** The maximum width of a line, as in the repository's formatter. */
const WIDTH = 110;

/**
 * Adds a key to an object in a JSON text and keeps every other byte. The new entry has the layout of its
 * neighbours, and is sorted if their keys are.
 * @param path of an existing object
 */
export function addKey(text: string, path: JSONPath, key: string, value: unknown): string {
  return withKey(text, path, key, value, (keys) => {
    const sorted = keys.every((name, index) => index === 0 || (keys[index - 1] ?? "") < name);
    return sorted ? keys.filter((name) => name < key).length : keys.length;
  });
}

/** Sets a key of an object in a JSON text, or adds it at the end. Keeps every other byte. */
export function setKey(text: string, path: JSONPath, key: string, value: string): string {
  return withKey(text, path, key, value, (keys) => keys.length);
}

function withKey(
  text: string,
  path: JSONPath,
  key: string,
  value: unknown,
  getInsertionIndex: (keys: string[]) => number,
): string {
  const source = text.replace(/^\uFEFF/, " ");
  const root = parseTree(source);
  const map = root && findNodeAtLocation(root, path);
  if (map?.type !== "object")
    throw new Error(`internal error: ${path.join(".")} is not an object, although the file was validated`);
  const [edit] = modify(source, [...path, key], value, { getInsertionIndex });
  if (edit === undefined || edit.length > 0) return applyEdits(text, edit ? [edit] : []);
  // jsonc-parser's own formatting would reformat neighbours on the same line.
  const layout = layoutOf(source, map);
  const entry = `${JSON.stringify(key)}: ${valueText(value, key, layout)}`;
  const empty = map.children?.length === 0;
  if (empty)
    return applyEdits(text, [
      { ...edit, length: map.length - 2, content: layout.before + entry + layout.after },
    ]);
  if (edit.content.startsWith(","))
    return applyEdits(text, [{ ...edit, content: `,${layout.before}${entry}` }]);
  return applyEdits(text, [{ ...edit, content: `${layout.before}${entry},` }]);
}

/** The white space before each entry of an object and after the last one, and the indentation of one level. */
interface Layout {
  readonly before: string;
  readonly after: string;
  readonly unit: string;
  /** Whether entries may be on one line. */
  readonly inline: boolean;
}

function layoutOf(text: string, { offset, children = [] }: Node): Layout {
  const unit = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  const [first] = children;
  if (first === undefined) {
    const eol = /\r?\n/.exec(text)?.[0];
    if (eol === undefined) return { before: " ", after: " ", unit, inline: true };
    const after = eol + (/^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset) + 1))?.[0] ?? "");
    return { before: after + unit, after, unit, inline: true };
  }
  const before = text.slice(offset + 1, first.offset);
  const values = children.flatMap(({ children: [, value] = [] }) => (value?.type === "object" ? value : []));
  const onOneLine = (value: Node) => !text.slice(value.offset, value.offset + value.length).includes("\n");
  return {
    before,
    after: "",
    unit,
    inline: !before.includes("\n") || values.length === 0 || values.some(onOneLine),
  };
}

/**
 * The entry fits on one line if its neighbours do and if the line is short enough; otherwise it has one key per
 * line.
 */
function valueText(value: unknown, key: string, { before, unit, inline }: Layout): string {
  // Strings contain no raw line breaks, because JSON escapes them.
  const line = JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
  const indent = before.replace(/^\r?\n/, "");
  const fits = indent.length + JSON.stringify(key).length + line.length + 3 <= WIDTH;
  if ((inline && fits) || indent === before) return line;
  return JSON.stringify(value, null, unit).replaceAll("\n", before);
}
