import { nameOf } from "../engine-events.ts";
import {
  isBusy,
  isLeftForLater,
  isUnreadableState,
  isUnwritten,
  NO_STACK,
  needsRecovery,
} from "../engine-words.ts";
import type { EngineStep } from "../preview/change.ts";
import { serviceOf } from "../report/steps.ts";

/** What an engine said during an `up`. */
export interface Spoken {
  readonly exitCode: number | undefined;
  /** The operations that failed. */
  readonly failed: readonly EngineStep[];
  readonly errors: readonly { readonly message: string; readonly urn: string | undefined }[];
  /** Whether it ended by itself, after it had tried everything. */
  readonly summary: boolean;
  /** The last lines of the CLI, for failures without events. */
  readonly last: readonly string[];
}

/** The result of an `up` of one stack. */
export interface StackOutcome {
  /**
   * `done`: everything is made. `broken`: everything but some services. `busy`: somebody else updates the stack.
   * `failed`: anything else.
   */
  readonly outcome: "done" | "broken" | "busy" | "failed";
  /** The errors that belong to no service. */
  readonly errors: readonly string[];
  /** What is wrong with each service that could not be made. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
  /** Whether the state in the backend is that of the end of this run. */
  readonly written: boolean;
  /** Whether the state is not what is in the cluster, so that `fleet recover` must come first. */
  readonly lost: boolean;
}

/** What the program reports about one service: `services.json:8:3  services.nginx  … [KF100]`. */
const ABOUT_A_SERVICE = /\bservices\.([a-z0-9-]+)(?:\.\S+)? {2}[\s\S]*\[KF10\d\]/;
/** The engine's last words about errors that it has reported before. */
const REPEATED = /^(update failed|resource registration failed|\d+ errors? occurred:?)\.?$/;

/**
 * Decides whether an `up` failed as a whole or only for some services. It failed for services only if every failed
 * operation and every error belongs to one, and the engine tried everything else. What a run of some targets leaves for
 * the run of the whole stack, which comes last, is no failure.
 */
export function outcomeOfRun({ exitCode, failed, errors, summary, last }: Spoken): StackOutcome {
  const broken = new Map<string, string[]>();
  const add = (service: string, text: string) => broken.set(service, [...(broken.get(service) ?? []), text]);
  const others: string[] = [];
  const left = errors.filter(({ message }) => isLeftForLater(message)).length;
  for (const step of failed) {
    const service = serviceOf(step);
    if (service === undefined) others.push(`${step.op} of ${step.name} failed`);
    else add(service, `${step.op} of ${step.name} failed`);
  }
  for (const { message, urn } of errors) {
    if (REPEATED.test(message) || isLeftForLater(message)) continue;
    const name = urn === undefined ? "" : nameOf(urn);
    const service = ABOUT_A_SERVICE.exec(message)?.[1] ?? (urn && serviceOf({ urn, name }));
    if (service === undefined) others.push(message);
    else add(service, message);
  }
  const said = [...others, ...(errors.length === 0 && exitCode !== 0 ? last : [])];
  const all = [...said, ...errors.map(({ message }) => message), ...last];
  const unwritten = all.some(isUnwritten);
  if (exitCode === 0) return { outcome: "done", errors: [], broken, written: true, lost: false };
  if (all.some(isBusy)) return { outcome: "busy", errors: said, broken, written: true, lost: false };
  const lost = exitCode === NO_STACK || all.some((text) => isUnreadableState(text) || needsRecovery(text));
  if (summary && !unwritten && others.length === 0 && broken.size + left > 0)
    return { outcome: broken.size > 0 ? "broken" : "done", errors: [], broken, written: true, lost };
  return { outcome: "failed", errors: said, broken, written: summary && !unwritten, lost };
}
