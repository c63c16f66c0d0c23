/** Names of markers cannot end the comment that they stand in; any stack's name may be part of one. */
const NAME = /^[A-Za-z0-9]([\w. -]*[\w.-])?$/;

/** Whether a name may be a marker's: letters, digits, spaces, dots, dashes and underscores. */
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
