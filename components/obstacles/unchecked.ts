import { listed } from "../../model/diagnostics.ts";

/** Records what could not be checked, and why. */
export type NoteUnchecked = (what: string, why: string) => void;

/** Collects what could not be checked: one line per reason. */
export function uncheckedLines(): { readonly note: NoteUnchecked; lines(): string[] } {
  const reasons = new Map<string, Set<string>>();
  return {
    note: (what, why) => void reasons.set(why, (reasons.get(why) ?? new Set()).add(what)),
    lines: () => [...reasons].map(([why, what]) => `Not checked: ${listed([...what])}. ${why}.`),
  };
}
