import { type EngineEvent, engineEvent, isStack, nameOf, QUIET } from "../engine-events.ts";
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

const key = ({ op, urn }: EngineStep) => `${op} ${urn}`;

/**
 * Reads the log of an `up` (`with-events.sh`): one JSON event per line.
 * @returns undefined if it is no such log
 */
export function readEventLog(text: string): UpLog | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const read = lines.map(parse);
  // A killed engine leaves half of the last line.
  const cut = read.length > 1 && read.at(-1) === undefined;
  const events = (cut ? read.slice(0, -1) : read).filter((event) => event !== undefined);
  if (events.length === 0 || events.length < lines.length - Number(cut)) return undefined;
  return upLogOf(lastPhase(events));
}

/** The events of the update, without those of the preview before it. */
function lastPhase(events: readonly EngineEvent[]): readonly EngineEvent[] {
  const previewed = events.findIndex(({ summaryEvent }) => summaryEvent !== undefined);
  const begin = events.findLastIndex(({ preludeEvent }) => preludeEvent !== undefined);
  return previewed >= 0 && begin > previewed ? events.slice(begin) : events;
}

function parse(line: string): EngineEvent | undefined {
  try {
    return engineEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** The engine has masked every secret in the message. */
function errorText({ message, urn }: { message: string; urn?: string | undefined }): string {
  const text = message.trim();
  return urn === undefined || isStack(urn) ? text : `${nameOf(urn)}: ${text}`;
}

function upLogOf(events: readonly EngineEvent[]): UpLog {
  const steps = (kind: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent") =>
    new Map(events.flatMap(({ [kind]: step }) => (step ? [[key(step), step] as const] : [])));
  const [begun, done] = [steps("resourcePreEvent"), steps("resOutputsEvent")];
  const failed = steps("resOpFailedEvent");
  const errors = events.flatMap(({ diagnosticEvent: said }) =>
    said?.severity === "error" ? [errorText(said)] : [],
  );
  const summary = events.findLast(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent;
  const unfinished = [...begun.values()].filter((one) => !done.has(key(one)) && !failed.has(key(one)));
  const interrupted = summary === undefined;
  const onlyPreviewed = summary?.isPreview === true;
  errors.push(...[...failed.values()].map((one) => `${one.op} of ${nameOf(one.urn)} failed`));
  if (interrupted)
    errors.push(
      "The log is truncated: the up was interrupted, or still runs.",
      ...unfinished.map((one) => `${one.op} of ${nameOf(one.urn)} was started, and its result is unknown`),
    );
  const failedAtAll = interrupted || summary?.result === "failed" || failed.size > 0;
  const [first] = [...begun.values(), ...done.values()];
  return {
    stack: first?.urn.split("::")[0]?.replace(/^urn:pulumi:/, "") ?? "",
    interrupted,
    onlyPreviewed,
    run: {
      scope: "full",
      because: undefined,
      steps: onlyPreviewed ? [] : [...done.values()],
      unchanged: [...done.values()].filter(({ op }) => QUIET.includes(op)).length,
      outcome: failedAtAll ? "failed" : "succeeded",
      errors,
      milliseconds: (summary?.durationSeconds ?? 0) * 1000,
    },
  };
}
