import { closest, distance } from "fastest-levenshtein";
import type { ProblemCode } from "./problem-codes.ts";

/** A position in a file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The keys and indexes from the root of a document to a value. */
export type DocumentPath = readonly (string | number)[];

/** A problem in the input, with a fix. */
export interface Problem {
  /** The kind of problem, with a section in docs/errors.md. */
  readonly code: ProblemCode;
  readonly place: Place;
  /** The path inside the file, for example `services.auth.pipeline`. */
  readonly path: string;
  /** What is wrong, with the rule. */
  readonly message: string;
  /** How to fix it. */
  readonly fix: string;
}

/**
 * A problem at a path of a document.
 * @param part `key` if the key itself is wrong, and not its value
 */
export function problem(
  code: ProblemCode,
  document: { place(path: DocumentPath, part?: "key" | "value"): Place },
  path: DocumentPath,
  message: string,
  fix: string,
  part?: "key",
): Problem {
  return { code, place: document.place(path, part), path: formatPath(path), message, fix };
}

/** Formats a path: `services.auth.tags[0]`, with unusual keys quoted. */
export function formatPath(path: DocumentPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    if (!/^[\w$:-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

/** Credentials that must not be logged: the user part of a URL, and GitHub tokens. */
const CREDENTIAL = /(?<=:\/\/)[^\s/"@]+(?=@)|\b(gh[a-z]_|github_pat_)\w+/g;
/** The maximum length of a line. */
const LINE = 2_000;

/** Makes the texts of a problem safe to print. */
function presentable(problem: Problem): Problem {
  const plain = (text: string) => text.slice(0, LINE).replace(CREDENTIAL, "…");
  const { path, message, fix } = problem;
  return { ...problem, path: plain(path), message: plain(message), fix: plain(fix) };
}

/** One line per problem: `file:line:column  path  message fix [code]`. */
export function formatProblem(problem: Problem): string {
  const { code, place, path, message, fix } = presentable(problem);
  const where = `${place.file}:${place.line}:${place.column}`;
  return [where, path === "" ? "(document)" : path, `${message} ${fix} [${code}]`].join("  ");
}

/**
 * Invalid input. Its message has every problem, one per line, in the order of the files. It is thrown before
 * anything is changed.
 */
export class InvalidInput extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const ordered = inReadingOrder(problems);
    super(
      `${counted(ordered.length, "problem")} found; nothing was touched.\n${ordered.map(formatProblem).join("\n")}`,
    );
    this.name = "InvalidInput";
    this.problems = ordered;
    // The user needs the line in the file, not our stack trace.
    this.stack = this.message;
  }
}

/** Removes duplicates and sorts by file and position. */
export function inReadingOrder(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((problem) => [formatProblem(problem), presentable(problem)]));
  return [...seen.values()].sort(
    (a, b) =>
      a.place.file.localeCompare(b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      a.message.localeCompare(b.message),
  );
}

/** `Did you mean "pipeline"?` if a name is close enough to be a typo, else undefined. */
export function didYouMean(name: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || name.length > 200) return undefined;
  const nearest = closest(name, [...names]);
  return distanceFits(name, nearest) ? `Did you mean ${JSON.stringify(nearest)}?` : undefined;
}

/** Two swapped letters count as two edits. In a very short name, two other edits make a different name. */
function distanceFits(name: string, nearest: string): boolean {
  if (isSwapped(name.toLowerCase(), nearest.toLowerCase())) return true;
  const edits = distance(name.toLowerCase(), nearest.toLowerCase());
  return edits <= Math.max(2, Math.floor(nearest.length / 3)) && edits <= nearest.length / 2;
}

/** Whether only two neighbouring letters are swapped. */
function isSwapped(one: string, other: string): boolean {
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  const swapped = `${one.slice(0, at)}${one[at + 1] ?? ""}${one[at] ?? ""}${one.slice(at + 2)}`;
  return one.length === other.length && at >= 0 && swapped === other;
}

/** `1 service`, `2 services`. */
export function counted(count: number, thing: string): string {
  return count === 1 ? `1 ${thing}` : `${count} ${thing}s`;
}

/** `a, b, c`, at most sixteen names. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, 16).join(", ");
  return names.length > 16 ? `${shown} and ${names.length - 16} more` : shown;
}
