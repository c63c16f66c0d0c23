/** A number with thousands separators: `4,987`. */
export function number(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 service`, `2 services`. */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${number(count)} ${/(s|x|ch|sh)$/.test(noun) ? `${noun}es` : noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
