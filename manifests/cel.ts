/** A CEL string literal. */
export function text(value: string): string {
  return JSON.stringify(value);
}

/** A CEL literal. CEL requires one type for all elements of a list or map. */
export function literal(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const mixed = (one: unknown) => `dyn(${literal(one)})`;
  if (Array.isArray(value)) return `[${value.map(mixed).join(", ")}]`;
  const entries = Object.entries(value).map(([key, one]) => `${text(key)}: ${mixed(one)}`);
  return `{${entries.join(", ")}}`;
}

/** CEL that is true if any condition is. */
export function anyOf(...conditions: readonly string[]): string {
  return conditions.map((one) => `(${one})`).join(" || ");
}

/** CEL that is true if all conditions are. */
export function allOf(...conditions: readonly string[]): string {
  return conditions.map((one) => `(${one})`).join(" && ");
}

/** CEL that tests whether a text is one of these. */
export function isOneOf(value: string, texts: readonly string[]): string {
  return `${value} in ${JSON.stringify(texts)}`;
}

/** CEL that tests whether a map has no other keys. */
export function onlyKeys(place: string, keys: readonly string[]): string {
  return `${place}.all(k, k in ${JSON.stringify(keys)})`;
}

/** The allowed form of a part of an object. */
interface Form {
  /** Keys with their exact value. */
  readonly exactly?: object;
  /** Keys that the API server may add, with their value. */
  readonly added?: object;
  /** Required keys with any value. */
  readonly any: readonly string[];
}

/** CEL that tests whether a part of an object has this form. */
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
