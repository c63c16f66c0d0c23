/** A CEL string literal. */
export function text(value: string): string {
  return JSON.stringify(value);
}

/** A value in CEL, which wants what stands in one list or map to be of one type. */
export function literal(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const mixed = (one: unknown) => `dyn(${literal(one)})`;
  if (Array.isArray(value)) return `[${value.map(mixed).join(", ")}]`;
  const entries = Object.entries(value).map(([key, one]) => `${text(key)}: ${mixed(one)}`);
  return `{${entries.join(", ")}}`;
}

/** CEL that is true where one of these is, each in brackets of its own. */
export function anyOf(...conditions: readonly string[]): string {
  return conditions.map((one) => `(${one})`).join(" || ");
}

/** CEL that is true where all of these are. */
export function allOf(...conditions: readonly string[]): string {
  return conditions.map((one) => `(${one})`).join(" && ");
}

/** CEL, whether a text is one of these. */
export function isOneOf(value: string, texts: readonly string[]): string {
  return `${value} in ${JSON.stringify(texts)}`;
}

/** CEL, whether a map has no key but these. */
export function onlyKeys(place: string, keys: readonly string[]): string {
  return `${place}.all(k, k in ${JSON.stringify(keys)})`;
}

/** What a part of an object has, and beyond which it has nothing. */
export interface Form {
  /** Keys with their one value. */
  readonly exactly?: object;
  /** What the API server adds by itself: there with this value, or not there. */
  readonly added?: object;
  /** Keys that are there, whatever their value. */
  readonly any: readonly string[];
}

/** CEL, that a part of an object has one form. */
export function formed(place: string, { exactly = {}, added = {}, any }: Form): string {
  const required = [...Object.keys(exactly), ...any];
  return [
    `${JSON.stringify(required)}.all(k, k in ${place})`,
    onlyKeys(place, [...required, ...Object.keys(added)]),
    ...Object.entries(exactly).map(([key, value]) => `${place}.${key} == ${literal(value)}`),
    ...Object.entries(added).map(([key, value]) => {
      const given = literal(value);
      return `${place}.?${key}.orValue(${given}) == ${given}`;
    }),
  ].join(" && ");
}
