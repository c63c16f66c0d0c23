/** What JSON can say. Objects come from `JSON.parse`, so that a key `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deeper nesting is an error of Go's decoder (encoding/json, `maxNestingDepth`). */
const MAX_DEPTH = 10_000;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are no UTF-8: Go replaces them one by one, JavaScript in groups. */
export class NotUtf8 extends Error {}

/**
 * Reads JSON as Go's encoding/json does into an `interface{}`: numbers become float64, the last of several equal keys
 * wins, half of a surrogate pair becomes U+FFFD.
 *
 * @throws SyntaxError where Go's decoder refuses it too
 * @throws NotUtf8 where the two would read different texts
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw new NotUtf8("the text is not UTF-8");
  }
  return asGoReads(JSON.parse(text) as JsonValue, 0);
}

function asGoReads(value: JsonValue, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new SyntaxError("exceeded max depth");
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number" && !Number.isFinite(value)) throw new SyntaxError("number out of range");
  if (Array.isArray(value)) return value.map((item: JsonValue) => asGoReads(item, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.toWellFormed(), asGoReads(item, depth + 1)]),
  );
}

/** Whether a value is a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The text that Go's `json.Marshal` makes of a value: no spaces, keys sorted by their bytes, `<`, `>`, `&`, U+2028 and
 * U+2029 as escapes. A regular expression over an array sees exactly this text.
 */
export function goJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => goJson(item)).join(",")}]`;
  if (typeof value === "string") return goString(value);
  if (Object.is(value, -0)) return "-0";
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort((left, right) =>
    Buffer.compare(Buffer.from(left), Buffer.from(right)),
  );
  return `{${keys.map((key) => `${goString(key)}:${goJson(value[key] ?? null)}`).join(",")}}`;
}

function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
