import { RE2JS } from "re2js";
import { z } from "zod";

/**
 * A text by a pattern, with the sentence that says what is wrong with one that does not match. A JSON Schema shows the
 * pattern too, unless it has flags, for which that has no place.
 */
export function matching(pattern: RegExp, rule: string) {
  return z
    .string()
    .refine((text) => pattern.test(text), { error: ({ input }) => `${JSON.stringify(input)} ${rule}` })
    .meta(pattern.flags === "" ? { pattern: pattern.source } : {});
}

const compiled = new Map<string, RE2JS>();

/**
 * A regular expression of RE2, compiled once however many services have it.
 *
 * @throws RE2JSSyntaxException where it is none
 */
export function re2(pattern: string): RE2JS {
  const known = compiled.get(pattern) ?? RE2JS.compile(pattern);
  compiled.set(pattern, known);
  return known;
}
