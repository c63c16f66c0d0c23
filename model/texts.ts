import { type DocumentPath, type Place, type Problem, problem } from "./diagnostics.ts";

/** Control characters, except the white space of multi-line text. */
const CONTROL = /[\p{Cc}--[\t\n\r]]/v;

/**
 * Finds invalid characters in texts and keys: half of a surrogate pair (JSON's `\ud800`), which no API server
 * accepts, and invisible control characters.
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

/** Keys whose values may contain braces: templates, and free text. */
const FILLED_IN: readonly unknown[] = ["path", "namespace", "clone", "push", "reason"];

function problemsOf(text: string, place: (path: DocumentPath) => Place, path: DocumentPath): Problem[] {
  const hole = /\{(service|stage|cluster|team)\}/.exec(text)?.[0];
  if (hole !== undefined && !FILLED_IN.includes(path.at(-1))) {
    const message = `has ${hole}, which is not replaced here.`;
    return [problem("KF017", { place }, path, message, "Replace it by the intended text.")];
  }
  const wrong = !text.isWellFormed()
    ? "is not valid Unicode: it has half of a character"
    : CONTROL.test(text)
      ? "has a control character"
      : undefined;
  if (wrong === undefined) return [];
  const shown = JSON.stringify(text.slice(0, 40));
  return [problem("KF006", { place }, path, `${shown} ${wrong}.`, "Type it again.")];
}

/** The replacement for bytes that are not UTF-8. */
const REPLACEMENT = "\uFFFD";

/** A file in another encoding would be misread. */
export function encodingProblem(text: string, at: (offset: number) => Place): Problem | undefined {
  const offset = text.search(/[\uFFFD\0]/);
  if (offset < 0) return undefined;
  const wide = text.includes("\0") || text.startsWith(REPLACEMENT.repeat(2));
  const message = `is not UTF-8: it has bytes of ${wide ? "UTF-16" : "another encoding, perhaps Latin-1"}.`;
  return { code: "KF008", place: at(offset), path: "", message, fix: "Save the file as UTF-8." };
}
