import type { WarningKind } from "../../model/change-classes.ts";

/**
 * A sentence about one service. The start and end are separate, so that many services with the same sentence share
 * a line.
 */
export interface Sentence {
  readonly kind: WarningKind;
  /** Escaped Markdown before the service's name. */
  readonly start: string;
  /** Undefined if the sentence is about shared resources. */
  readonly service: string | undefined;
  /** Escaped Markdown after the service's name. */
  readonly end: string;
  /** The same after several names. */
  readonly ends: string;
  /** Whether it belongs to a service that is added or removed, and is no change of an existing one. */
  readonly expected: boolean;
}

/** @param said the fields that differ from the defaults; `ends` defaults to `end` */
export function sentence(kind: WarningKind, said: Partial<Omit<Sentence, "kind">>): Sentence {
  const { start = "", service, end = "", ends = end, expected = false } = said;
  return { kind, start, service, end, ends, expected };
}
