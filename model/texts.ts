import { type DocumentPath, formatPath, type Place, type Problem } from "./diagnostics.ts";

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

function problemsOf(text: string, place: (path: DocumentPath) => Place, path: DocumentPath): Problem[] {
  const wrong = !text.isWellFormed()
    ? "is no Unicode: it has half of a character"
    : CONTROL.test(text)
      ? "has a control character"
      : undefined;
  if (wrong === undefined) return [];
  const shown = JSON.stringify(text.slice(0, 40));
  return [
    {
      code: "KF006",
      place: place(path),
      path: formatPath(path),
      message: `${shown} ${wrong}.`,
      wayOut: "Write it anew.",
    },
  ];
}
