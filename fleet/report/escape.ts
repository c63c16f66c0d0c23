/*
 * Text from files and programs is untrusted: it may contain Markdown, HTML, a mention, or invisible characters.
 * Backslashes and entities do not help, because GitHub looks for mentions and issue numbers after it resolves them.
 * In code it does not look.
 */

/** Invisible or confusable characters: control and format characters (also bidirectional ones), unusual spaces. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

/** Words that need no escaping: they cannot form a link, mention, emphasis, commit or issue. */
const PLAIN = /^(?=.{1,100}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*$/;
const COMMIT_OR_ISSUE = /\b([0-9a-f]{7,64}\b|gh-\d)/i;

/** A text in one line, with each invisible character as its number: `\u{202e}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The maximum length of untrusted text in a sentence. */
const LONGEST = 300;

/** The beginning of a text, and its length. */
export function clipped(text: string, most = LONGEST): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).toWellFormed()}… (${text.length} characters)`;
}

/** Untrusted text in a sentence: code, with more backticks around it than it contains. */
export function code(text: string): string {
  const shown = visible(clipped(text));
  if (shown.trim() === "") return shown === "" ? "(empty)" : "(blank)";
  const fence = "`".repeat(longestRun(shown) + 1);
  const space = /^[ `]|[ `]$/.test(shown) ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A name in a sentence: unchanged if it is safe, else as code. */
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
 * Markdown for a table cell, where a bar ends the cell even in code. Readers treat backslashes before a bar
 * differently, so such a bar is written as its number.
 */
export function cell(markdown: string): string {
  return markdown
    .replace(/\n+/g, "<br>")
    .replace(/(\\*)\|/g, (_, slashes: string) => (slashes === "" ? "\\|" : `${slashes}u{7c}`));
}

/** Lines of untrusted text as a code block, with a longer fence than any run of backticks in them. */
export function fenced(lines: readonly string[], language = ""): string {
  const shown = lines.map(visible);
  const fence = "`".repeat(Math.max(3, longestRun(shown.join("\n")) + 1));
  return [`${fence}${language}`, ...shown, fence].join("\n");
}

/** The lines of a text. */
export function linesOf(text: string): string[] {
  return text
    .replace(/\t/g, "  ")
    .split(/\r\n|\r|\n/)
    .map((line) => line.trimEnd());
}

/** The longest run of backticks. */
export function longestRun(text: string): number {
  return [...text.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
}
