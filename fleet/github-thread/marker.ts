/** Names of markers that cannot end the comment that they stand in. */
const NAME = /^[a-z0-9]+([ ._-][a-z0-9]+)*$/;

/** Whether a name may be a marker's: lower case, digits, and single spaces, dots, dashes and underscores between. */
export function isMarkerName(name: string): boolean {
  return NAME.test(name);
}

/** The first line of a text of ours on GitHub, which nobody sees: how the next run finds the text again. */
export function markerLine(name: string): string {
  return `<!-- kargo-fleet ${name} -->`;
}

/** Whether a text is the one with this marker: its first line, exactly. GitHub may have changed its line ends. */
export function isMarked(text: string, name: string): boolean {
  return text.split(/\r?\n/, 1)[0] === markerLine(name);
}
