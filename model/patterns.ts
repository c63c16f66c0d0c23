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
