import { type EngineEvent, engineEvent, nameOf, QUIET, STACK } from "../engine-events.ts";
import type { EngineRun, EngineStep } from "../preview/change.ts";

/** The events of an `up`. */
export interface UpLog {
  readonly stack: string;
  readonly run: EngineRun;
  /** The log is truncated: the engine was killed, or still runs. */
  readonly interrupted: boolean;
  /** Only the preview before the `up` ran, so nothing was changed. */
  readonly onlyPreviewed: boolean;
}

/** A phase of a run: the preview, or the update after it. */
class Phase {
  readonly begun = new Map<string, EngineStep>();
  readonly done = new Map<string, EngineStep>();
  readonly failed = new Map<string, EngineStep>();
  readonly errors: string[] = [];
  summary: EngineEvent["summaryEvent"];
}

const key = ({ op, urn }: EngineStep) => `${op} ${urn}`;

/**
 * Reads the log of an `up` (`with-events.sh`): one JSON event per line.
 * @returns undefined if it is no such log
 */
export function readEventLog(text: string): UpLog | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const phases = [new Phase()];
  for (const [index, line] of lines.entries()) {
    const read = parse(line);
    // A killed engine leaves half of the last line.
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
  return upLogOf(phase, urns[0]?.split("::")[0]?.replace(/^urn:pulumi:/, "") ?? "");
}

function parse(line: string): EngineEvent | undefined {
  try {
    const { data } = engineEvent.safeParse(JSON.parse(line));
    return data;
  } catch {
    return undefined;
  }
}

function note(phase: Phase, read: EngineEvent): void {
  const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = read;
  if (resourcePreEvent) phase.begun.set(key(resourcePreEvent), resourcePreEvent);
  if (resOutputsEvent) phase.done.set(key(resOutputsEvent), resOutputsEvent);
  if (resOpFailedEvent) phase.failed.set(key(resOpFailedEvent), resOpFailedEvent);
  if (diagnosticEvent?.severity === "error") phase.errors.push(errorText(diagnosticEvent));
  if (summaryEvent) phase.summary = summaryEvent;
}

/** The engine has masked every secret in the message. */
function errorText({ message, urn }: { message: string; urn?: string | undefined }): string {
  const text = message.trim();
  return urn === undefined || urn.includes(`::${STACK}::`) ? text : `${nameOf(urn)}: ${text}`;
}

function upLogOf({ begun, done, failed, errors, summary }: Phase, stack: string): UpLog {
  const unfinished = [...begun.values()].filter((one) => !done.has(key(one)) && !failed.has(key(one)));
  const interrupted = summary === undefined;
  const onlyPreviewed = summary?.isPreview === true;
  const words = [
    ...[...failed.values()].map((one) => `${one.op} of ${nameOf(one.urn)} failed`),
    ...(interrupted ? ["The log is truncated: the up was interrupted, or still runs."] : []),
    ...(interrupted
      ? unfinished.map((one) => `${one.op} of ${nameOf(one.urn)} was started, and its result is unknown`)
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
      steps: onlyPreviewed ? [] : [...done.values()],
      unchanged: [...done.values()].filter(({ op }) => QUIET.includes(op)).length,
      outcome: failedAtAll ? "failed" : "succeeded",
      errors: [...errors, ...words],
      milliseconds: (summary?.durationSeconds ?? 0) * 1000,
    },
  };
}
