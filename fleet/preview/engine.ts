import { execa } from "execa";
import { listed } from "../../model/diagnostics.ts";
import { NO_UP_YET, ONLY } from "../../model/preview-filter.ts";
import { engineSettings } from "../engine-settings.ts";
import {
  isProtected,
  isUnreadableState,
  NO_ENGINE,
  unknownTarget,
  withoutWarnings,
} from "../engine-words.ts";
import { eventPipe } from "../event-pipe.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { EngineRun, EngineStep } from "./change.ts";
import { type EngineSteps, readEvents } from "./events.ts";
import { partOfState } from "./part-of-state.ts";
import type { Scope } from "./scope.ts";

type Affected = Extract<Scope, { is: "affected" }>;

/**
 * Runs the engine's preview of one stack. Failures are part of the result, so that one unreachable cluster does not
 * hide the results of others.
 * @param folder of the program, the stack file and the catalogue
 */
export async function askEngine(stack: string, scope: Scope, folder: string): Promise<EngineRun> {
  const started = performance.now();
  const run = await (scope.is === "full"
    ? full(stack, scope.because, folder)
    : affected(stack, scope, folder));
  return { ...run, milliseconds: Math.round(performance.now() - started) };
}

type Run = Omit<EngineRun, "milliseconds">;

/** Previews the whole stack. It clears the filter, because a filter in the environment would limit the preview. */
async function full(stack: string, because: string, folder: string): Promise<Run> {
  return { scope: "full", because, ...outcome(await pulumi(stack, [], { [ONLY]: "" }, folder)) };
}

async function affected(stack: string, scope: Affected, folder: string): Promise<Run> {
  const place = await temporaryFolder("state");
  try {
    const part = await partOfState(stack, [...scope.targets, ...scope.former], folder, place.path);
    const run = await targeted(stack, scope, part?.env ?? {}, folder);
    return run === undefined
      ? await full(stack, "no up of the stack has recorded what it made", folder)
      : { ...run, unchanged: run.unchanged + (part?.left ?? 0) };
  } finally {
    await place.remove();
  }
}

/** @returns undefined if a targeted preview is impossible */
async function targeted(
  stack: string,
  { targets, filter }: Affected,
  backend: Readonly<Record<string, string>>,
  folder: string,
): Promise<Run | undefined> {
  const env = { ...backend, [ONLY]: JSON.stringify(filter) };
  const ask = (urns: readonly string[]) => pulumi(stack, urns, env, folder);
  const first = await ask(targets);
  if (first.errors.some((text) => text.includes(NO_UP_YET))) return undefined;
  // A target that is neither in the state nor planned does not exist, such as a hook that an `up` deleted. It is
  // dropped.
  const unknown = new Set(first.errors.flatMap(unknownTarget));
  const known = targets.filter((urn) => !unknown.has(urn));
  const result = unknown.size > 0 && known.length > 0 ? await ask(known) : first;
  const strays = result.steps.filter(({ urn }) => !targets.includes(urn) && !isProvider(urn));
  return {
    scope: "affected",
    because: undefined,
    ...(strays.length > 0 ? unexpectedSteps(strays) : outcome(result)),
  };
}

/** The engine always reports providers, whatever the targets. */
function isProvider(urn: string): boolean {
  return urn.split("::")[2]?.startsWith("pulumi:providers:") === true;
}

/** The engine touches only targets. Any other step is a bug, so the preview is rejected. */
function unexpectedSteps(
  steps: readonly EngineStep[],
): Pick<Run, "steps" | "unchanged" | "outcome" | "errors"> {
  const names = steps.map(({ op, name }) => `${op} ${name}`);
  const message = `The preview of the affected services planned changes of other resources: ${listed(names)}. It is rejected. Run again with --full.`;
  return { steps: [], unchanged: 0, outcome: "failed", errors: [message] };
}

function outcome({
  steps,
  unchanged,
  errors,
  failed,
}: Answer): Pick<Run, "steps" | "unchanged" | "outcome" | "errors"> {
  const refused = errors.some((text) => /\[KF09\d\]/.test(text) || isProtected(text));
  return { steps, unchanged, errors, outcome: !failed ? "succeeded" : refused ? "refused" : "failed" };
}

interface Answer extends EngineSteps {
  readonly failed: boolean;
}

async function pulumi(
  stack: string,
  targets: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<Answer> {
  const pipe = await eventPipe();
  try {
    const reading = readEvents(pipe.events).catch(() => undefined);
    const flags = ["--non-interactive", "--color", "never", "--suppress-outputs", "--event-log", pipe.path];
    const args = ["preview", "--stack", stack, ...flags, ...targets.flatMap((urn) => ["--target", urn])];
    const { failed, code, stderr } = await execa("pulumi", args, {
      cwd: folder,
      env: { ...(await engineSettings()), ...env, ...pipe.env },
      reject: false,
      stdin: "ignore",
      stdout: "ignore",
    });
    pipe.ended();
    const result = await reading;
    if (result !== undefined && (!failed || result.errors.length > 0)) return { ...result, failed };
    // Without readable events the preview has failed.
    const word = code === "ENOENT" ? NO_ENGINE : failed ? lastWords(stderr, stack) : UNREADABLE;
    return { steps: [], unchanged: 0, errors: [word], failed: true };
  } finally {
    await pipe.remove();
  }
}

const UNREADABLE =
  "pulumi previewed, but the log of its events cannot be read. The program needs the Pulumi of package.json.";

function lastWords(stderr: string, stack: string): string {
  const words = withoutWarnings(stderr)
    .slice(-10)
    .join("\n")
    .replace(/^error: /, "");
  const hint = `\nnpm run fleet -- recover --stack ${stack} lists its complete copies.`;
  return words === ""
    ? "pulumi preview failed without a message."
    : `${words}${isUnreadableState(words) ? hint : ""}`;
}
