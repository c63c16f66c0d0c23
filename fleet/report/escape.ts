/*
 * Whatever a person wrote into a file, and whatever a program answered, is free text: it may hold Markdown, HTML, a
 * mention, or characters that nobody sees. Backslashes and entities would not do: GitHub looks for mentions and issue
 * numbers in what is left after they are resolved, but not in code.
 */

/** What a reader does not see or cannot tell apart: control and format characters (bidirectional ones too), odd spaces. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** The words that stand for themselves: no link, no mention, no emphasis, no commit and no issue can be made of them. */
const PLAIN = /^(?=.{1,100}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/;
const COMMIT_OR_ISSUE = /\b([0-9a-f]{7,64}\b|gh-\d)/i;

/** A text in one line, with everything that cannot be seen written as its number: `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Longer free text is cut where it stands in a sentence. */
const LONGEST = 300;

/** A text's beginning, and how much there is of it. */
export function clipped(text: string, most = LONGEST): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).toWellFormed()}… (${text.length} characters)`;
}

/** Free text in a sentence: code, between more backticks than it has. */
export function code(text: string): string {
  const shown = visible(clipped(text));
  if (shown.trim() === "") return shown === "" ? "(empty)" : "(blank)";
  const fence = "`".repeat(longestRun(shown) + 1);
  const space = /^[ `]|[ `]$/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A name in a sentence: as it is where nothing can be made of it, else as code. */
export function named(text: string): string {
  return PLAIN.test(text) && !COMMIT_OR_ISSUE.test(text) ? text : code(text);
}

/** Names in a sentence: `dev, staging and prod`. */
export function listed(names: readonly string[]): string {
  const all = names.map(named);
  if (all.length <= 1) return all[0] ?? "none";
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

/**
 * Markdown inside a table's cell, where a bar ends the cell, in code too. What backslashes before a bar mean is not the
 * same for every reader, so such a bar is written as its number.
 */
export function cell(markdown: string): string {
  return markdown
    .replace(/\n+/g, "<br>")
    .replace(/(\\*)\|/g, (_, slashes: string) => (slashes === "" ? "\\|" : `${slashes}u{7c}`));
}

/** Lines of free text as a block of code, between more backticks than any of them has. */
export function fenced(lines: readonly string[], language = ""): string {
  const shown = lines.map(visible);
  const fence = "`".repeat(Math.max(3, longestRun(shown.join("\n")) + 1));
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

/** A text of several lines as its lines. */
export function linesOf(text: string): string[] {
  return text
    .replace(/\t/g, "  ")
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd());
}

/** How many backticks stand together at most. */
export function longestRun(text: string): number {
  return [...text.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
}
