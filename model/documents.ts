import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
  type Document as YamlTree,
} from "yaml";
import { type DocumentPath, formatPath, type Place, type Problem } from "./diagnostics.ts";
import { textProblems } from "./texts.ts";

/** A parsed file that still knows where each of its values stands. */
export interface SourceDocument {
  readonly file: string;
  /** The plain data; `undefined` where the text could not be parsed at all. */
  readonly value: unknown;
  /** What is wrong with the text itself: syntax, duplicate keys. */
  readonly problems: readonly Problem[];
  /** Where the value (or, where it is absent, its nearest present ancestor) stands. */
  place(path: DocumentPath, part?: "key" | "value"): Place;
}

/**
 * Parses strict JSON with positions. JSON's silent duplicate keys (RFC 8259, section 4: "names should be
 * unique") are problems here, since the last of two services with one name would win unseen.
 */
export function parseJson(file: string, text: string): SourceDocument {
  const errors: ParseError[] = [];
  const source = text.replace(/^\uFEFF/, " ");
  const root = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  const counter = new LineCounter();
  for (let end = source.indexOf("\n"); end >= 0; end = source.indexOf("\n", end + 1)) {
    counter.addNewLine(end + 1);
  }
  counter.lineStarts.unshift(0);
  const at = (offset: number): Place => placeAt(file, counter, offset);
  // The parser often says several things of one place; the first is the cause.
  const first = errors.filter(({ offset }, index) => index === 0 || offset !== errors[index - 1]?.offset);
  const problems = first.map(
    (error): Problem => ({
      code: "KF001",
      place: at(error.offset),
      path: "",
      message: `is not valid JSON: ${words(printParseErrorCode(error.error))}.`,
      wayOut: "Mend the text here; JSON has no comments and no trailing commas.",
    }),
  );
  if (root === undefined) {
    const empty: Problem = {
      code: "KF002",
      place: at(0),
      path: "",
      message: "is empty.",
      wayOut: 'Write at least {"teams": {}, "services": {}}.',
    };
    return { file, value: undefined, problems: [empty], place: () => at(0) };
  }
  const value: unknown = errors.length > 0 ? undefined : getNodeValue(root);
  const place: SourceDocument["place"] = (path, part = "value") => {
    for (let length = path.length; length > 0; length--) {
      const node = findNodeAtLocation(root, [...path.slice(0, length)]);
      const key = node?.parent?.type === "property" ? node.parent.children?.[0] : undefined;
      if (node) return at(((part === "key" && key) || node).offset);
    }
    return at(root.offset);
  };
  return {
    file,
    value,
    problems: [...problems, ...duplicateKeys(root, [], at), ...textProblems(value, place)],
    place,
  };
}

function duplicateKeys(node: Node, path: DocumentPath, at: (offset: number) => Place): Problem[] {
  const problems: Problem[] = [];
  const first = new Map<string, Node>();
  for (const [index, child] of (node.children ?? []).entries()) {
    if (node.type === "array") problems.push(...duplicateKeys(child, [...path, index], at));
    const [key, value] = child.type === "property" ? (child.children ?? []) : [];
    if (!key) continue;
    const name = String(key.value);
    const here = [...path, name];
    const earlier = first.get(name);
    if (earlier) {
      const line = at(earlier.offset).line;
      const message = `${twice(name, line)}; JSON would silently keep the last.`;
      problems.push({
        code: "KF003",
        place: at(key.offset),
        path: formatPath(here),
        message,
        wayOut: REMOVE_ONE,
      });
    } else if (name === "__proto__") {
      problems.push({
        code: "KF004",
        place: at(key.offset),
        path: formatPath(here),
        message: 'the key "__proto__" is no name for anything here.',
        wayOut: "Rename it.",
      });
    }
    first.set(name, earlier ?? key);
    if (value) problems.push(...duplicateKeys(value, here, at));
  }
  return problems;
}

const REMOVE_ONE = "Remove or rename one of them.";
const twice = (name: string, line: number): string =>
  `the key ${JSON.stringify(name)} is there twice (first on line ${line})`;

/** Parses a Pulumi stack file (YAML 1.2) with positions, duplicate keys included. */
export function parseYaml(file: string, text: string): SourceDocument {
  const counter = new LineCounter();
  const tree = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: false });
  const at = (offset: number): Place => placeAt(file, counter, offset);
  const invalid = (offset: number, message: string): Problem => ({
    code: "KF005",
    place: at(offset),
    path: "",
    message: `is not valid YAML: ${message.split("\n")[0]?.replace(/\.$/, "")}.`,
    wayOut: "Mend the text here.",
  });
  // Once it has lost its way the parser complains of every line that follows.
  const problems = tree.errors.slice(0, 1).map(({ pos, message }) => invalid(pos[0], message));
  let value: unknown;
  if (problems.length === 0) {
    problems.push(...duplicateYamlKeys(tree.contents, [], at));
    try {
      value = tree.toJS({ maxAliasCount: 100 });
    } catch (error) {
      // Aliases are resolved only now: one without an anchor, or ones that unfold without end.
      problems.push(invalid(0, (error as Error).message));
    }
  }
  const place: SourceDocument["place"] = (path, part = "value") => at(offsetOf(tree, path, part));
  return { file, value, problems: [...problems, ...textProblems(value, place)], place };
}

function duplicateYamlKeys(node: unknown, path: DocumentPath, at: (offset: number) => Place): Problem[] {
  if (isSeq(node)) {
    return (node as YAMLSeq).items.flatMap((item, index) => duplicateYamlKeys(item, [...path, index], at));
  }
  if (!isMap(node)) return [];
  const first = new Map<string, number>();
  return (node as YAMLMap).items.flatMap(({ key, value }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    const place = at(key.range?.[0] ?? 0);
    const earlier = first.get(name);
    first.set(name, earlier ?? place.line);
    const here = [...path, name];
    const within = duplicateYamlKeys(value, here, at);
    if (earlier === undefined) return within;
    const message = `${twice(name, earlier)}.`;
    return [{ code: "KF003", place, path: formatPath(here), message, wayOut: REMOVE_ONE }, ...within];
  });
}

function offsetOf(tree: YamlTree, path: DocumentPath, part: "key" | "value"): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? tree.contents : tree.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const pair: Pair | undefined = isMap(parent)
      ? parent.items.find(({ key }) => (isScalar(key) ? key.value : key) === last)
      : undefined;
    const node = tree.getIn(path.slice(0, length), true);
    const found = part === "key" && pair ? pair.key : (node ?? pair?.key);
    const range = found !== null && typeof found === "object" && "range" in found ? found.range : undefined;
    if (Array.isArray(range) && typeof range[0] === "number") return range[0];
  }
  return 0;
}

function placeAt(file: string, counter: LineCounter, offset: number): Place {
  const { line, col } = counter.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** `CloseBraceExpected` → `close brace expected`. */
function words(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
