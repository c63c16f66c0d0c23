import type { JsonValue } from "./go-json.ts";
import { refuse } from "./refusal.ts";

const TRUE = ["1", "t", "T", "TRUE", "true", "True"];
const FALSE = ["0", "f", "F", "FALSE", "false", "False"];

/** Go's `strconv.ParseBool`; undefined where it gives an error. */
export function parseBool(text: string): boolean | undefined {
  if (TRUE.includes(text)) return true;
  return FALSE.includes(text) ? false : undefined;
}

/**
 * Go's `strconv.ParseFloat`; undefined where it gives a syntax error.
 *
 * @throws Refusal for hexadecimal numbers
 */
export function parseFloat64(text: string): number | undefined {
  const [, sign, word] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (/^0x/i.test(word ?? "")) refuse(`${JSON.stringify(text)} is a hexadecimal number.`);
  if (/^(inf|infinity)$/i.test(word ?? "")) return sign === "-" ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** A found value as a boolean, as gjson's `Bool()` gives it: whatever is none is false. */
export function boolOf(value: JsonValue): boolean {
  if (typeof value === "string") return parseBool(value.toLowerCase()) ?? false;
  if (typeof value === "number") return value !== 0;
  return value === true;
}

/** A found value as a number, as gjson's `Float()` gives it: whatever is none is 0. */
export function numberOf(value: JsonValue): number {
  if (typeof value === "string") return parseFloat64(value) ?? 0;
  if (typeof value === "number") return value;
  return value === true ? 1 : 0;
}
