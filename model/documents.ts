import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { LineCounter } from "yaml";
import { type DocumentPath, formatPath, type Place, type Problem } from "./diagnostics.ts";
import { encodingProblem, textProblems } from "./texts.ts";

/** A parsed file that knows the position of each value. */
export interface SourceDocument {
  readonly file: string;
  /** The plain data; `undefined` if the text could not be parsed. */
  readonly value: unknown;
  /** Problems of the text itself: syntax, duplicate keys. */
  readonly problems: readonly Problem[];
  /** The position of a value, or of its nearest existing ancestor. */
  place(path: DocumentPath, part?: "key" | "value"): Place;
}

/**
 * Parses strict JSON with positions. JSON permits duplicate keys (RFC 8259, section 4: "names should be unique"),
 * but here they are problems, because the last of two services with one name would win silently.
 */
export function parseJson(file: string, text: string): SourceDocument {
  const source = text.replace(/^\uFEFF/, " ");
  const at = placesIn(file, source);
  const deep = depthExceeded(source);
  const unreadable = encodingProblem(text, at) ?? (deep === undefined ? undefined : nestedTooDeep(at(deep)));
  if (unreadable) return withoutValue(file, unreadable);
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  // The parser may report several errors at one position; the first is the cause.
  const first = errors.filter(({ offset }, index) => index === 0 || offset !== errors[index - 1]?.offset);
  const problems = first.map(
    (error): Problem => ({
      code: "KF001",
      place: at(error.offset),
      path: "",
      message: `is not valid JSON: ${words(printParseErrorCode(error.error))}.`,
      fix: "Fix the syntax here; JSON has no comments and no trailing commas.",
    }),
  );
  if (root === undefined) {
    const fix = 'Write at least {"teams": {}, "services": {}}.';
    return withoutValue(file, { code: "KF002", place: at(0), path: "", message: "is empty.", fix });
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
    if (earlier) problems.push(repeatedKey(name, here, at(key.offset), at(earlier.offset).line));
    else if (name === "__proto__") {
      problems.push({
        code: "KF004",
        place: at(key.offset),
        path: formatPath(here),
        message: 'the key "__proto__" is not allowed as a name.',
        fix: "Rename it.",
      });
    }
    first.set(name, earlier ?? key);
    if (value) problems.push(...duplicateKeys(value, here, at));
  }
  return problems;
}

/** A duplicate key, of which one value would win silently. */
export function repeatedKey(name: string, path: DocumentPath, place: Place, earlier: number): Problem {
  const message = `the key ${JSON.stringify(name)} is a duplicate (first on line ${earlier}).`;
  return { code: "KF003", place, path: formatPath(path), message, fix: "Remove or rename one of them." };
}

/** A limit of levels, because readers of the data are recursive. */
export const NESTING_LIMIT = 100;

export function nestedTooDeep(place: Place): Problem {
  const message = `is nested more than ${NESTING_LIMIT} levels deep.`;
  return { code: "KF018", place, path: "", message, fix: "Remove levels here." };
}

function depthExceeded(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let at = 0; at < text.length; at = scanner.getTokenOffset()) {
    scanner.scan();
    const first = text[scanner.getTokenOffset()] ?? "";
    depth += "{[".includes(first) ? 1 : "}]".includes(first) ? -1 : 0;
    if (depth > NESTING_LIMIT) return scanner.getTokenOffset();
  }
  return undefined;
}

/** Whether a document's value is a map of keys to values. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** A map of a document; empty for anything else. */
export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

/** An unreadable file with its problem. */
export function withoutValue(file: string, problem: Problem): SourceDocument {
  return { file, value: undefined, problems: [problem], place: () => problem.place };
}

/** Converts an offset in a text to line and column. */
export function placesIn(file: string, text: string): (offset: number) => Place {
  const counter = new LineCounter();
  counter.addNewLine(0);
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) counter.addNewLine(end + 1);
  return (offset) => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}

/** `CloseBraceExpected` → `close brace expected`. */
function words(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
