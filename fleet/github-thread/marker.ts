/** A marker's name must not end the HTML comment around it. It may be the name of any stack. */
const NAME = /^[A-Za-z0-9]([\w. -]*[\w.-])?$/;

/** Whether a name is valid in a marker: letters, digits, spaces, dots, dashes and underscores. */
export function isMarkerName(name: string): boolean {
  return NAME.test(name);
}

/** The invisible first line of our text on GitHub, by which the next run finds it. */
export function markerLine(name: string): string {
  return `<!-- kargo-fleet ${name} -->`;
}

/** Whether the first line of a text is exactly this marker. GitHub may have changed line ends. */
export function isMarked(text: string, name: string): boolean {
  return text.split(/\r?\n/, 1)[0] === markerLine(name);
}
