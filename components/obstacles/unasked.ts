import { listed } from "../../model/diagnostics.ts";

/** Takes what could not be looked at, and why. */
export type Unasked = (what: string, why: string) => void;

/** Collects what could not be looked at: one line for each reason. */
export function unaskedLines(): { readonly note: Unasked; lines(): string[] } {
  const reasons = new Map<string, Set<string>>();
  return {
    note: (what, why) => void reasons.set(why, (reasons.get(why) ?? new Set()).add(what)),
    lines: () => [...reasons].map(([why, what]) => `Not looked at: ${listed([...what])}. ${why}.`),
  };
}
