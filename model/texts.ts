import { type DocumentPath, type Place, type Problem, problem } from "./diagnostics.ts";

/** What no name, group or path means to have: control characters, but for the white space of a text of several lines. */
const CONTROL = /[\p{Cc}--[\t\n\r]]/v;

/**
 * Texts, keys too, that cannot go on: half of a character of two (JSON's `\ud800`), which no API server takes, and
 * control characters, which a person cannot see.
 */
export function textProblems(
  value: unknown,
  place: (path: DocumentPath) => Place,
  path: DocumentPath = [],
): Problem[] {
  if (typeof value === "string") return problemsOf(value, place, path);
  if (value === null || typeof value !== "object") return [];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, item]) => {
    const here = [...path, key];
    return [
      ...(typeof key === "string" ? problemsOf(key, place, here) : []),
      ...textProblems(item, place, here),
    ];
  });
}

/** The keys whose values are templates: the others' schemas allow no braces, or the text is a person's. */
const FILLED_IN: readonly unknown[] = ["path", "namespace", "clone", "push", "reason"];

function problemsOf(text: string, place: (path: DocumentPath) => Place, path: DocumentPath): Problem[] {
  const hole = /\{(service|stage|cluster|team)\}/.exec(text)?.[0];
  if (hole !== undefined && !FILLED_IN.includes(path.at(-1))) {
    const message = `has ${hole}, which is not filled in here.`;
    return [problem("KF017", { place }, path, message, "Write what is meant.")];
  }
  const wrong = !text.isWellFormed()
    ? "is no Unicode: it has half of a character"
    : CONTROL.test(text)
      ? "has a control character"
      : undefined;
  if (wrong === undefined) return [];
  const shown = JSON.stringify(text.slice(0, 40));
  return [problem("KF006", { place }, path, `${shown} ${wrong}.`, "Write it anew.")];
}

/** What reading a file as UTF-8 puts where its bytes are none. */
const REPLACEMENT = "\uFFFD";

/** A file in another encoding: what it says would be read as something else, or not at all. */
export function encodingProblem(text: string, at: (offset: number) => Place): Problem | undefined {
  const offset = text.search(/[\uFFFD\0]/);
  if (offset < 0) return undefined;
  const wide = text.includes("\0") || text.startsWith(REPLACEMENT.repeat(2));
  const message = `is no UTF-8: here are bytes of ${wide ? "UTF-16" : "another encoding, perhaps Latin-1"}.`;
  return { code: "KF008", place: at(offset), path: "", message, fix: "Save the file as UTF-8." };
}
