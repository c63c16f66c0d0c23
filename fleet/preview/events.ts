import type { Readable } from "node:stream";
import { eventLines, parseEvent, QUIET, STACK } from "../engine-events.ts";
import { plain } from "../engine-words.ts";
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
 * Reads the events of a run.
 * @throws Error if a line is no event, or if there is none
 */
export async function readEvents(input: Readable): Promise<EngineSteps> {
  const steps: EngineStep[] = [];
  const errors: string[] = [];
  let unchanged = 0;
  let lines = 0;
  for await (const line of eventLines(input)) {
    lines += 1;
    const { kind, unchanged: same } = line;
    if (kind !== undefined && !READ.includes(kind)) continue;
    if (same !== undefined) {
      unchanged += same.includes(`::${STACK}::`) ? 0 : 1;
      continue;
    }
    const { resourcePreEvent, diagnosticEvent } = parseEvent(line);
    if (diagnosticEvent && isError(diagnosticEvent)) errors.push(plain(diagnosticEvent.message));
    if (resourcePreEvent === undefined || resourcePreEvent.type === STACK) continue;
    if (QUIET.includes(resourcePreEvent.op)) unchanged += resourcePreEvent.op === "same" ? 1 : 0;
    else steps.push(resourcePreEvent);
  }
  if (lines === 0) throw new Error("the engine reported nothing");
  return { steps, unchanged, errors: [...new Set(errors)].filter((text) => text !== "") };
}

const READ: readonly string[] = ["resourcePreEvent", "diagnosticEvent"];

/** An error, or the warning that an `up` would fail for a service and do the rest. */
function isError({ severity, message }: { readonly severity: string; readonly message: string }): boolean {
  return severity === "error" || (severity === "warning" && /\[KF10\d\]/.test(message));
}
