const [QUOTE, BACKSLASH, COMMA, BEGIN, END, OPEN, CLOSE] = Buffer.from('"\\,[]{}');
/** The depth of the items in a Kubernetes list: its object has no other list at the top. */
const INSIDE = 2;

/**
 * Parses the items of a Kubernetes list one by one. V8 would keep a list that is parsed as a whole until its last
 * item is read: the status of a thousand services would need much more memory, or much more processor time.
 * @param list the body of a response: a JSON object, or another text, which has no items
 * @param take gets each item
 * @returns the text without the items
 * @throws SyntaxError if an item is not JSON
 */
export function takeItems(list: Buffer, take: (item: unknown) => void): string {
  if (list[0] !== OPEN) return list.toString();
  let rest = "";
  let depth = 0;
  let from = 0;
  let inside = false;
  const takeUntil = (end: number) => {
    const item = list.toString("utf8", from, end).trim();
    if (item !== "") take(JSON.parse(item));
  };
  for (let at = 0; at < list.length; at++) {
    const byte = list[at];
    if (byte === QUOTE) at = endOfString(list, at);
    else if (byte === COMMA && inside && depth === INSIDE) {
      takeUntil(at);
      from = at + 1;
    } else if (byte === OPEN || byte === BEGIN) {
      depth++;
      if (byte === BEGIN && depth === INSIDE) {
        inside = true;
        rest += list.toString("utf8", from, at + 1);
        from = at + 1;
      }
    } else if (byte === CLOSE || byte === END) {
      depth--;
      if (inside && depth < INSIDE) {
        inside = false;
        takeUntil(at);
        from = at;
      }
    }
  }
  return rest + list.toString("utf8", from);
}

/** The place of the quote that ends a string. @param start that of the quote that begins it */
function endOfString(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at;
}
