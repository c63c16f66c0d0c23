import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { EngineStep } from "./change.ts";

/* One line of what `pulumi --event-log` writes, as far as a report reads it: of values nothing at all. */

const side = z.looseObject({ protect: z.boolean().optional() }).nullish();

const event = z.looseObject({
  resourcePreEvent: z
    .looseObject({
      metadata: z.looseObject({
        op: z.string(),
        urn: z.string(),
        type: z.string(),
        old: side,
        new: side,
        diffs: z.array(z.string()).nullish(),
        detailedDiff: z.record(z.string(), z.unknown()).nullish(),
      }),
    })
    .optional(),
  diagnosticEvent: z.looseObject({ message: z.string(), severity: z.string() }).optional(),
});

/** What an engine's run did, or would do. */
export interface Told {
  /** What is touched, in the order in which the engine came to it. */
  readonly steps: readonly EngineStep[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  readonly errors: readonly string[];
}

const QUIET: readonly string[] = ["same", "read", "refresh"];
/** The stack itself: what differs of it are its outputs. */
const STACK = "pulumi:pulumi:Stack";

/**
 * Reads the events of a run, line by line: of a thousand services they are more than a string can hold.
 *
 * @throws Error where a line is no event
 */
export async function readEvents(file: string): Promise<Told> {
  const steps: EngineStep[] = [];
  const errors: string[] = [];
  let unchanged = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.trim() === "") continue;
    const [, kind, same] = START.exec(line) ?? [];
    if (kind !== undefined && !READ.includes(kind)) continue;
    if (same !== undefined) {
      unchanged += same.includes(`::${STACK}::`) ? 0 : 1;
      continue;
    }
    const { resourcePreEvent, diagnosticEvent } = event.parse(JSON.parse(line));
    if (diagnosticEvent?.severity === "error") errors.push(plain(diagnosticEvent.message));
    const step = resourcePreEvent?.metadata;
    if (step === undefined || step.type === STACK) continue;
    if (QUIET.includes(step.op)) unchanged += step.op === "same" ? 1 : 0;
    else steps.push(stepOf(step));
  }
  return { steps, unchanged, errors: [...new Set(errors)].filter((text) => text !== "") };
}

/** What a line begins with. Thousands stay as they are and stand here whole, before and after: these are not parsed. */
const START = /^\{"sequence":\d+,"timestamp":\d+,"(\w+)":(?:\{"metadata":\{"op":"same","urn":"([^"\\]+)")?/;
const READ: readonly string[] = ["resourcePreEvent", "diagnosticEvent"];

type Metadata = NonNullable<z.output<typeof event>["resourcePreEvent"]>["metadata"];

function stepOf({ urn, op, type, old, new: now, diffs, detailedDiff }: Metadata): EngineStep {
  const paths = Object.keys(detailedDiff ?? {});
  return {
    urn,
    op,
    type,
    name: urn.split("::").slice(3).join("::"),
    protect: (now ?? old)?.protect === true,
    paths: paths.length > 0 ? paths.sort() : [...(diffs ?? [])].sort(),
  };
}

/** Without the engine's marks for colours, and without the word that every error begins with. */
function plain(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/^error: /, "")
    .trim();
}
