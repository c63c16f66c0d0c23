import { z } from "zod";

/** The maximum length of a text that a regular expression may see. */
const TEXT_LIMIT = 1_000;

/** A text for a message: short, and without a part before `@`, which may be a token. */
export function shown(text: unknown): string {
  const plain = String(text).replace(/^.*:.*@/s, "…@");
  return JSON.stringify(plain.length > 100 ? `${plain.slice(0, 100)}…` : plain);
}

/**
 * A text with a rule.
 * @param problem returns what is wrong with a text of at most {@link TEXT_LIMIT} characters, as the end of a
 * sentence
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
 * A text with a pattern, and a sentence for texts that do not match. The JSON Schema contains the pattern unless it
 * has flags.
 */
export function matching(pattern: RegExp, rule: string) {
  return ruled((text) => (pattern.test(text) ? undefined : `${shown(text)} ${rule}`)).meta(
    pattern.flags === "" ? { pattern: pattern.source } : {},
  );
}
