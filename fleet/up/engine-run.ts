import type { Readable } from "node:stream";
import { execa } from "execa";
import type { Plan } from "../../model/plan.ts";
import { ONLY, type PreviewFilter } from "../../model/preview-filter.ts";
import { type EngineEvent, eventLines, parseEvent, STACK } from "../engine-events.ts";
import { engineSettings } from "../engine-settings.ts";
import { NO_ENGINE, plain, withoutWarnings } from "../engine-words.ts";
import { eventPipe } from "../event-pipe.ts";
import { FleetError } from "../fleet-error.ts";
import type { EngineStep } from "../preview/change.ts";
import { memoryTarget } from "./memory-target.ts";
import { outcomeOfRun, type Spoken, type StackOutcome } from "./outcome.ts";

/** The part of a stack that a run brings up: its targets, and what the program registers. */
export interface Part {
  readonly targets: readonly string[];
  readonly filter: PreviewFilter;
}

interface RunOptions {
  readonly plan: Pick<Plan, "services" | "platform">;
  /** Undefined for the whole stack. */
  readonly part: Part | undefined;
  /** Whether the engine writes the state after each resource instead of at its end. */
  readonly durable: boolean;
  /** Called for each resource that the engine has finished. */
  readonly onResource: () => void;
  /** Stops the engine as Ctrl-C does: it finishes what it has begun, and writes the state. */
  readonly signal: AbortSignal;
}

/** What an `up` of one stack did. */
export interface StackRun extends StackOutcome {
  readonly stack: string;
  /** The changed resources. */
  readonly steps: readonly EngineStep[];
  readonly unchanged: number;
  readonly milliseconds: number;
}

/** The engine then writes the state once, when it ends. */
const AT_THE_END = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/**
 * Runs `pulumi up` on a stack or on a part of it, past failed resources.
 * @throws FleetError if there is no engine
 */
export async function runUp(stack: string, options: RunOptions): Promise<StackRun> {
  const { plan, part, durable, onResource, signal } = options;
  const started = performance.now();
  const pipe = await eventPipe();
  try {
    const reading = readUp(pipe.events, onResource).catch(nothing);
    const flags = ["--yes", "--skip-preview", "--continue-on-error", "--non-interactive", "--color", "never"];
    const quiet = ["--suppress-outputs", "--suppress-progress", "--event-log", pipe.path];
    const targets = part?.targets.flatMap((urn) => ["--target", urn]) ?? [];
    const child = execa("pulumi", ["up", "--stack", stack, ...flags, ...quiet, ...targets], {
      env: {
        ...(await engineSettings()),
        GOMEMLIMIT: process.env.GOMEMLIMIT || memoryTarget(plan),
        ...(durable ? {} : AT_THE_END),
        ...pipe.env,
        // One that is left in the environment would limit the run.
        [ONLY]: part ? JSON.stringify(part.filter) : "",
      },
      reject: false,
      cleanup: false,
      // A terminal sends Ctrl-C to its whole group, and a second one makes the engine stop without writing the state.
      detached: true,
      stdin: "ignore",
      stdout: "ignore",
    });
    const stop = () => void child.kill("SIGINT");
    signal.addEventListener("abort", stop);
    const { exitCode, code, stderr } = await child;
    signal.removeEventListener("abort", stop);
    pipe.ended();
    if (code === "ENOENT") throw new FleetError(NO_ENGINE);
    const heard = await reading;
    const outcome = outcomeOfRun({ ...heard, exitCode, last: withoutWarnings(stderr) });
    const { steps, unchanged } = heard;
    return { stack, steps, unchanged, ...outcome, milliseconds: Math.round(performance.now() - started) };
  } finally {
    await pipe.remove();
  }
}

/** What an engine has said until now. */
interface Heard {
  readonly steps: EngineStep[];
  unchanged: number;
  readonly failed: EngineStep[];
  readonly errors: Spoken["errors"][number][];
  summary: boolean;
}

const nothing = (): Heard => ({ steps: [], unchanged: 0, failed: [], errors: [], summary: false });

const READ: readonly string[] = ["resOutputsEvent", "resOpFailedEvent", "diagnosticEvent", "summaryEvent"];

/** Reads an engine's events. Those of unchanged resources are counted without being parsed. */
async function readUp(input: Readable, onResource: () => void): Promise<Heard> {
  const heard = nothing();
  for await (const line of eventLines(input)) {
    const { kind, unchanged } = line;
    if (kind === undefined || !READ.includes(kind)) continue;
    if (kind === "resOutputsEvent") onResource();
    if (unchanged === undefined) note(parseEvent(line), heard);
    else if (kind === "resOutputsEvent" && !unchanged.includes(`::${STACK}::`)) heard.unchanged += 1;
  }
  return heard;
}

function note(
  { resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent }: EngineEvent,
  heard: Heard,
): void {
  if (resOutputsEvent && resOutputsEvent.type !== STACK) heard.steps.push(resOutputsEvent);
  if (resOpFailedEvent) heard.failed.push(resOpFailedEvent);
  if (diagnosticEvent?.severity === "error")
    heard.errors.push({ message: plain(diagnosticEvent.message), urn: diagnosticEvent.urn });
  if (summaryEvent?.isPreview !== true && summaryEvent) heard.summary = true;
}
