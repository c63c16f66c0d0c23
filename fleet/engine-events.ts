import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";
import type { EngineStep } from "./preview/change.ts";

const state = z.looseObject({ protect: z.boolean().nullish() }).nullish();

/** A resource in an event: its name, its operation and the changed paths. Its values are never read. */
const resource = z
  .object({
    metadata: z.object({
      op: z.string(),
      urn: z.string(),
      type: z.string(),
      old: state,
      new: state,
      diffs: z.array(z.string()).nullish(),
      detailedDiff: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .transform(({ metadata: { op, urn, type, old, new: now, diffs, detailedDiff } }): EngineStep => {
    const detailed = Object.keys(detailedDiff ?? {});
    const paths = detailed.length > 0 ? detailed : [...(diffs ?? [])];
    return { op, urn, type, name: nameOf(urn), protect: (now ?? old)?.protect === true, paths: paths.sort() };
  });

/**
 * The parts of an event in `pulumi --event-log` that this program reads.
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go
 */
export const engineEvent = z.looseObject({
  preludeEvent: z.looseObject({}).optional(),
  resourcePreEvent: resource.optional(),
  resOutputsEvent: resource.optional(),
  resOpFailedEvent: resource.optional(),
  diagnosticEvent: z
    .object({ message: z.string(), severity: z.string(), urn: z.string().optional() })
    .optional(),
  summaryEvent: z
    .object({
      isPreview: z.boolean().optional(),
      durationSeconds: z.number().default(0),
      result: z.string().optional(),
    })
    .optional(),
});

export type EngineEvent = z.output<typeof engineEvent>;

/** A line of an event log. */
interface EventLine {
  /** The kind of its event, such as `resourcePreEvent`; undefined if it does not begin as one. */
  readonly kind: string | undefined;
  /** The URN, if the resource is unchanged. */
  readonly unchanged: string | undefined;
  readonly text: string;
}

/**
 * The beginning of a line. Thousands of resources are unchanged, so their events are recognised here without
 * parsing.
 */
const START = /^\{"sequence":\d+,"timestamp":\d+,"(\w+)":(?:\{"metadata":\{"op":"same","urn":"([^"\\]+)")?/;

/** Reads the events of a run line by line, because all of them may exceed the longest string. */
export async function* eventLines(input: Readable): AsyncGenerator<EventLine> {
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() === "") continue;
    const [, kind, unchanged] = START.exec(text) ?? [];
    yield { kind, unchanged, text };
  }
}

/** @throws Error if the line is no event */
export function parseEvent({ text }: EventLine): EngineEvent {
  return engineEvent.parse(JSON.parse(text));
}

/** The stack resource; only its outputs differ. */
export const STACK = "pulumi:pulumi:Stack";

/** Operations that change nothing. */
export const QUIET: readonly string[] = ["same", "read", "refresh"];

/** The Pulumi name: `<service>/<role>`, or `platform/…`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Whether a URN is that of the stack itself, to which the program's own errors belong. */
export function isStack(urn: string): boolean {
  return urn.split("::")[2] === STACK;
}
