/** What a reader must not overlook. */
export type LoudKind = (typeof LOUD_KINDS)[number];

/** In the order in which they are told; `source` is what decides what runs, `unclassified` what nobody knows. */
export const LOUD_KINDS = [
  "deletion",
  "replacement",
  "protection",
  "access",
  "source",
  "unclassified",
] as const;

/** One sentence around the name of a service, so that many services that say the same share a line. */
export interface Sentence {
  readonly kind: LoudKind;
  /** Markdown, escaped; before the service's name. */
  readonly start: string;
  /** Nothing where the sentence is about what all services share. */
  readonly service: string | undefined;
  /** Markdown, escaped; after the service's name. */
  readonly end: string;
  /** The same after several names. */
  readonly ends: string;
  /** It comes or goes with a service that is new or goes: to be read, and no change of what stays. */
  readonly expected: boolean;
}

/** @param said what differs from a sentence that says nothing; `ends` is as `end` unless it is given */
export function sentence(kind: LoudKind, said: Partial<Omit<Sentence, "kind">>): Sentence {
  const { start = "", service, end = "", ends = end, expected = false } = said;
  return { kind, start, service, end, ends, expected };
}
