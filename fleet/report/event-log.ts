import { z } from "zod";
import type { EngineRun, EngineStep } from "../preview/change.ts";

/** What an `up` left behind of itself. */
export interface UpLog {
  readonly stack: string;
  readonly run: EngineRun;
  /** The log ends in the middle: the engine was killed, or runs still. */
  readonly interrupted: boolean;
  /** Only the preview before the `up` ran: nothing was touched. */
  readonly onlyPreviewed: boolean;
}

const state = z.looseObject({ protect: z.boolean().nullish() }).nullish();

/** Of a resource only its name, what happened, and the paths that differ: its values are never read. */
const metadata = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: state.transform((one) => one?.protect === true),
  new: state.transform((one) => one?.protect === true),
  diffs: z.array(z.string()).nullish(),
  detailedDiff: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((paths) => Object.keys(paths ?? {})),
});

const about = z.object({ metadata });

/** The engine's events, as much of them as a report tells (pulumi's sdk/go/common/apitype/events.go). */
const event = z.looseObject({
  preludeEvent: z.looseObject({}).optional(),
  resourcePreEvent: about.optional(),
  resOutputsEvent: about.optional(),
  resOpFailedEvent: about.optional(),
  diagnosticEvent: z
    .object({ message: z.string(), severity: z.string(), urn: z.string().optional() })
    .optional(),
  summaryEvent: z
    .object({ isPreview: z.boolean().optional(), durationSeconds: z.number(), result: z.string().optional() })
    .optional(),
});

type Metadata = z.output<typeof metadata>;

/** One phase: the preview, or the update after it. */
class Phase {
  readonly begun = new Map<string, Metadata>();
  readonly done = new Map<string, Metadata>();
  readonly failed = new Map<string, Metadata>();
  readonly errors: string[] = [];
  summary: z.output<typeof event>["summaryEvent"];
}

const NOTHING: readonly string[] = ["same", "read", "refresh"];
const key = ({ op, urn }: Metadata) => `${op} ${urn}`;

/**
 * Reads the log of an `up` (`--event-log`): one event as JSON a line.
 *
 * @returns nothing where it is no such log
 */
export function readEventLog(text: string): UpLog | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const phases = [new Phase()];
  for (const [index, line] of lines.entries()) {
    const read = parse(line);
    // A killed engine leaves half a line, and that is the last one.
    if (read === undefined) {
      if (index === 0 || index < lines.length - 1) return undefined;
      break;
    }
    const last = phases.at(-1);
    if (read.preludeEvent && last?.summary !== undefined) phases.push(new Phase());
    note(phases.at(-1) ?? new Phase(), read);
  }
  const phase = phases.at(-1) ?? new Phase();
  const urns = [...phase.begun.values(), ...phase.done.values()].map(({ urn }) => urn);
  if (lines.length === 0) return undefined;
  return told(phase, urns[0]?.split("::")[0]?.replace(/^urn:pulumi:/, "") ?? "");
}

function parse(line: string): z.output<typeof event> | undefined {
  try {
    const { data } = event.safeParse(JSON.parse(line));
    return data;
  } catch {
    return undefined;
  }
}

function note(phase: Phase, read: z.output<typeof event>): void {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = read;
  if (resourcePreEvent) phase.begun.set(key(resourcePreEvent.metadata), resourcePreEvent.metadata);
  if (resOutputsEvent) phase.done.set(key(resOutputsEvent.metadata), resOutputsEvent.metadata);
  if (resOpFailedEvent) phase.failed.set(key(resOpFailedEvent.metadata), resOpFailedEvent.metadata);
  if (diagnosticEvent?.severity === "error") phase.errors.push(errorText(diagnosticEvent));
  if (summaryEvent) phase.summary = summaryEvent;
}

/** The engine has masked every secret in it. */
function errorText({ message, urn }: { message: string; urn?: string | undefined }): string {
  const text = message.trim();
  return urn === undefined || urn.includes("::pulumi:pulumi:Stack::") ? text : `${nameOf(urn)}: ${text}`;
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function told({ begun, done, failed, errors, summary }: Phase, stack: string): UpLog {
  const unfinished = [...begun.values()].filter((one) => !done.has(key(one)) && !failed.has(key(one)));
  const interrupted = summary === undefined;
  const onlyPreviewed = summary?.isPreview === true;
  const words = [
    ...[...failed.values()].map((one) => `${one.op} of ${nameOf(one.urn)} failed`),
    ...(interrupted ? ["The log ends in the middle: the up was interrupted, or runs still."] : []),
    ...(interrupted
      ? unfinished.map((one) => `${one.op} of ${nameOf(one.urn)} was begun, and nobody knows its end`)
      : []),
  ];
  const failedAtAll = interrupted || summary?.result === "failed" || failed.size > 0;
  return {
    stack,
    interrupted,
    onlyPreviewed,
    run: {
      scope: "full",
      because: undefined,
      steps: onlyPreviewed ? [] : [...done.values()].map(stepOf),
      unchanged: [...done.values()].filter(({ op }) => NOTHING.includes(op)).length,
      outcome: failedAtAll ? "failed" : "succeeded",
      errors: [...errors, ...words],
      milliseconds: (summary?.durationSeconds ?? 0) * 1000,
    },
  };
}

function stepOf({ op, urn, type, old, new: now, diffs, detailedDiff }: Metadata): EngineStep {
  const paths = detailedDiff.length > 0 ? detailedDiff : (diffs ?? []);
  return { op, urn, type, name: nameOf(urn), protect: now || old, paths };
}
