import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { engineEvent, QUIET, STACK } from "../engine-events.ts";
import type { EngineStep } from "./change.ts";

/** What an engine's run did, or would do. */
export interface Told {
  /** What is touched, in the order in which the engine came to it. */
  readonly steps: readonly EngineStep[];
  /** How many resources stay as they are. */
  readonly unchanged: number;
  readonly errors: readonly string[];
}

/**
 * Reads the events of a run, line by line: of a thousand services they are more than a string can hold.
 *
 * @throws Error where a line is no event, and where there is none
 */
export async function readEvents(input: Readable): Promise<Told> {
  const steps: EngineStep[] = [];
  const errors: string[] = [];
  let unchanged = 0;
  let lines = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    lines += 1;
    const [, kind, same] = START.exec(line) ?? [];
    if (kind !== undefined && !READ.includes(kind)) continue;
    if (same !== undefined) {
      unchanged += same.includes(`::${STACK}::`) ? 0 : 1;
      continue;
    }
    const { resourcePreEvent, diagnosticEvent } = engineEvent.parse(JSON.parse(line));
    if (diagnosticEvent && isError(diagnosticEvent)) errors.push(plain(diagnosticEvent.message));
    if (resourcePreEvent === undefined || resourcePreEvent.type === STACK) continue;
    if (QUIET.includes(resourcePreEvent.op)) unchanged += resourcePreEvent.op === "same" ? 1 : 0;
    else steps.push(resourcePreEvent);
  }
  if (lines === 0) throw new Error("the engine told nothing");
  return { steps, unchanged, errors: [...new Set(errors)].filter((text) => text !== "") };
}

/** What a line begins with. Thousands stay as they are and stand here whole, before and after: these are not parsed. */
const START = /^\{"sequence":\d+,"timestamp":\d+,"(\w+)":(?:\{"metadata":\{"op":"same","urn":"([^"\\]+)")?/;
const READ: readonly string[] = ["resourcePreEvent", "diagnosticEvent"];

/** An error, or the warning of an up that would fail for a service and do the rest. */
function isError({ severity, message }: { readonly severity: string; readonly message: string }): boolean {
  return severity === "error" || (severity === "warning" && /\[KF10\d\]/.test(message));
}

/** Without the engine's marks for colours, and without the word that every error begins with. */
function plain(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/^(error|warning): /, "")
    .trim();
}
