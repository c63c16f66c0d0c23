import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { engineEvent, QUIET, STACK } from "../engine-events.ts";
import type { EngineStep } from "./change.ts";

/** What an engine's run did, or would do. */
export interface EngineSteps {
  /** The changed resources, in the engine's order. */
  readonly steps: readonly EngineStep[];
  /** The number of unchanged resources. */
  readonly unchanged: number;
  readonly errors: readonly string[];
}

/**
 * Reads the events of a run line by line, because all of them may exceed the longest string.
 * @throws Error if a line is no event, or if there is none
 */
export async function readEvents(input: Readable): Promise<EngineSteps> {
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
  if (lines === 0) throw new Error("the engine reported nothing");
  return { steps, unchanged, errors: [...new Set(errors)].filter((text) => text !== "") };
}

/**
 * The beginning of a line. Thousands of resources are unchanged, so their events are recognised here without
 * parsing.
 */
export const START =
  /^\{"sequence":\d+,"timestamp":\d+,"(\w+)":(?:\{"metadata":\{"op":"same","urn":"([^"\\]+)")?/;
const READ: readonly string[] = ["resourcePreEvent", "diagnosticEvent"];

/** An error, or the warning that an `up` would fail for a service and do the rest. */
function isError({ severity, message }: { readonly severity: string; readonly message: string }): boolean {
  return severity === "error" || (severity === "warning" && /\[KF10\d\]/.test(message));
}

/** Removes the engine's colour marks and the leading word "error". */
export function plain(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/^(error|warning): /, "")
    .trim();
}
