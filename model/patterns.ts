import { z } from "zod";

/** Longer than anything that somebody means; no expression gets to see what is longer. */
export const TEXT_LIMIT = 1_000;

/** A text for a message: short, and without what stands before an `@`, which may be a token. */
export function shown(text: unknown): string {
  const plain = String(text).replace(/^.*:.*@/s, "…@");
  return JSON.stringify(plain.length > 100 ? `${plain.slice(0, 100)}…` : plain);
}

/**
 * A text that a rule says nothing against.
 *
 * @param problem what is wrong with a text of at most {@link TEXT_LIMIT} characters, as the end of a sentence
 */
export function ruled(problem: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const message =
      text.length > TEXT_LIMIT
        ? `is longer than ${TEXT_LIMIT} characters: nothing takes that`
        : problem(text);
    if (message !== undefined) context.addIssue({ code: "custom", message, input: text });
  });
}

/**
 * A text by a pattern, with the sentence that says what is wrong with one that does not match. A JSON Schema shows the
 * pattern too, unless it has flags, for which that has no place.
 */
export function matching(pattern: RegExp, rule: string) {
  return ruled((text) => (pattern.test(text) ? undefined : `${shown(text)} ${rule}`)).meta(
    pattern.flags === "" ? { pattern: pattern.source } : {},
  );
}
