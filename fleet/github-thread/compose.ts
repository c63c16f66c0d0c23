import { markerLine } from "./marker.ts";

/** GitHub accepts 65,536 characters; the margin covers a different way of counting. */
export const LONGEST_BODY = 64_000;

/** One report in a comment: that of a stack, or undefined text if its job wrote none. */
export interface Section {
  readonly name: string;
  readonly text: string | undefined;
}

/** The parts of a comment. */
interface Composition {
  readonly marker: string;
  /** Markdown before all reports. */
  readonly note: string | undefined;
  readonly sections: readonly Section[];
  /** The page of the workflow's run, with logs and whole reports. */
  readonly run: string | undefined;
}

/**
 * Combines the reports of several jobs into one text that starts with its marker. Missing reports are named. If the
 * text is too long for GitHub, the reports that no longer fit are reduced to their first line, the verdict.
 */
export function compose({ marker, note, sections, run }: Composition): string {
  const end = run === undefined ? "" : `[Logs and whole reports](${run})\n`;
  const texts = sections.map(({ name, text }) => ({
    whole: text === undefined ? missing(name, run) : withoutMarker(text).trim(),
    name,
  }));
  const least = texts.map(({ name, whole }) => shortened(name, whole));
  let room = LONGEST_BODY - end.length - markerLine(marker).length - 10;
  const noted =
    note === undefined ? [] : [cut(withoutMarker(note).trim(), sections.length === 0 ? room : room / 4)];
  const length = (parts: readonly string[]) => parts.reduce((sum, part) => sum + part.length + 2, 0);
  room -= length(noted) + length(least);
  const parts = texts.map(({ whole }, index) => {
    const short = least[index] ?? "";
    const more = whole.length - short.length;
    if (more > room) return short;
    room -= more;
    return whole;
  });
  const all = [markerLine(marker), ...noted, ...parts, end].filter((part) => part !== "");
  return cut(`${all.join("\n\n").trimEnd()}\n`, LONGEST_BODY);
}

function missing(name: string, run: string | undefined): string {
  const where = run === undefined ? "its log" : `[its log](${run})`;
  return `❌ **There is no preview of ${name}**: its job ended early. The reason is in ${where}.`;
}

/** A shortened report: its name, and its first line without Markdown that would need closing. */
function shortened(name: string, whole: string): string {
  const verdict = whole.split("\n").find((line) => line.trim() !== "") ?? "";
  const short = `**${name}**: ${cut(verdict.replace(/^#+ /, ""), 500)} (too long to show here)`;
  return short.length < whole.length ? short : whole;
}

/** Removes a report's own marker, because one text must not contain two markers. */
function withoutMarker(text: string): string {
  return text.replace(/^\uFEFF?(<!-- kargo-fleet [^\n]*-->\r?\n)+/, "");
}

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, Math.floor(longest) - 1).toWellFormed()}…`;
}
