import { FleetError } from "../fleet-error.ts";
import { inParallel } from "../parallel.ts";
import { type Attempt, succeeded, type Undelivered, undelivered } from "./attempts.ts";
import type { HookedService, HookTarget } from "./hook-targets.ts";
import { HookRefusal, type HooksApi, type PushDetail } from "./hooks-api.ts";

/** What happened to an undelivered push. */
export type Outcome =
  /** Found in a dry run. */
  | "found"
  /** GitHub tried again and succeeded. */
  | "delivered"
  /** GitHub tried again and failed. */
  | "failed"
  /** GitHub tried again, or will; the result is not known yet. */
  | "unanswered"
  /** GitHub refused to try again. */
  | "refused"
  /** Skipped: its branch has a newer commit, and for this service the latest build wins. */
  | "overtaken";

/** An undelivered push. */
export interface Push {
  /** The hook's repository or organization. */
  readonly place: string;
  readonly services: readonly string[];
  readonly guid: string;
  /** The time of the push. ISO 8601. */
  readonly since: string;
  readonly detail: PushDetail;
  /** The latest attempt with its result. */
  readonly last: Attempt;
  readonly outcome: Outcome;
}

/** A hook that could not be fully read. */
export interface Problem {
  readonly place: string;
  readonly services: readonly string[];
  readonly message: string;
}

/** The result of a run. */
export interface Redelivery {
  /** The number of hooks. */
  readonly hooks: number;
  /** In the order of the pushes. */
  readonly pushes: readonly Push[];
  readonly problems: readonly Problem[];
}

/** The systems that a run uses. */
interface RedeliveryAccess {
  readonly api: HooksApi;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly tell: (text: string) => void;
}

interface Found extends Undelivered {
  readonly target: HookTarget;
  readonly services: readonly string[];
  readonly hook: string;
  readonly detail: PushDetail;
  readonly overtaken: boolean;
}

/** The number of hooks to read in parallel; the API limits the pace. */
const CONCURRENCY = 4;
/** GitHub waits 10 s for a listener. These are the pauses between checks for the result, in milliseconds. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 8_000];

/**
 * Finds the undelivered pushes and makes GitHub deliver them again, oldest first.
 * @param options.dryRun only show
 * @throws FleetError if GitHub cannot be reached, rejects the token, or limits it for too long
 */
export async function redeliver(
  targets: readonly HookTarget[],
  options: { readonly since: Date; readonly dryRun: boolean },
  access: RedeliveryAccess,
): Promise<Redelivery> {
  const problems: Problem[] = [];
  const found = await find(targets, options.since, access, problems);
  const outcomes = new Map<Found, Outcome>(
    found.map((push) => [push, push.overtaken ? "overtaken" : "found"]),
  );
  const latest = new Map<Found, Attempt>();
  if (!options.dryRun) {
    const wanted = found.filter(({ overtaken }) => !overtaken);
    await tryAgain(wanted, outcomes, access, problems);
    await awaitOutcomes(outcomes, latest, options.since, access, problems);
  }
  const pushes = found.map((push) => ({
    place: push.target.place,
    services: push.services,
    guid: push.guid,
    since: push.since,
    detail: push.detail,
    last: latest.get(push) ?? push.last,
    outcome: outcomes.get(push) ?? "found",
  }));
  return { hooks: targets.length, pushes, problems };
}

async function find(
  targets: readonly HookTarget[],
  since: Date,
  { api, tell }: RedeliveryAccess,
  problems: Problem[],
): Promise<Found[]> {
  const found: Found[] = [];
  const steps = targets.map((target) => async () => {
    const { place, url } = target;
    await aside(target, problems, async () => {
      const hook = await api.find(place, url);
      if (hook === undefined) throw new HookRefusal(`there is no hook for ${url}. Run pulumi up.`);
      for (const push of undelivered(await api.attempts(place, hook, since))) {
        const detail = await api.detail(place, hook, push.last.id);
        const services = servicesOfPush(target, detail);
        if (services.length === 0) continue;
        const overtaken =
          services.some(({ newestBuild }) => newestBuild) &&
          (await api.head(detail.repository, detail.ref)) !== detail.after;
        found.push({ ...push, target, services: services.map(({ name }) => name), hook, detail, overtaken });
      }
    });
  });
  await inParallel(steps, CONCURRENCY, (done) => tell(`redeliver: ${done} of ${targets.length} hooks read`));
  return found.sort((one, other) => compare(one.since, other.since));
}

async function tryAgain(
  found: readonly Found[],
  outcomes: Map<Found, Outcome>,
  { api, tell }: RedeliveryAccess,
  problems: Problem[],
): Promise<void> {
  let done = 0;
  for (const push of found) {
    const { target, hook, last } = push;
    outcomes.set(push, "refused");
    const stopped = await reporting(target, problems, async () => {
      await api.redeliver(target.place, hook, last.id);
      outcomes.set(push, "unanswered");
    });
    if (stopped) {
      for (const rest of found.slice(done)) outcomes.set(rest, "refused");
      return;
    }
    done += 1;
    tell(`redeliver: ${done} of ${found.length} pushes`);
  }
}

/** Polls the hooks until each new attempt has a result. */
async function awaitOutcomes(
  outcomes: Map<Found, Outcome>,
  latest: Map<Found, Attempt>,
  since: Date,
  { api, pause, tell }: RedeliveryAccess,
  problems: Problem[],
): Promise<void> {
  const waiting = () => [...outcomes].filter(([, outcome]) => outcome === "unanswered").map(([push]) => push);
  for (const milliseconds of PAUSES) {
    if (waiting().length === 0) return;
    tell(`redeliver: waiting for the answers to ${waiting().length} pushes`);
    await pause(milliseconds);
    for (const [hook, pushes] of Map.groupBy(waiting(), ({ hook }) => hook)) {
      const [any] = pushes;
      if (any === undefined) continue;
      const stopped = await reporting(any.target, problems, async () => {
        const attempts = await api.attempts(any.target.place, hook, since);
        for (const push of pushes) {
          const attempt = attempts.find(({ guid }) => guid === push.guid);
          if (attempt === undefined || attempt.id === push.last.id) continue;
          latest.set(push, attempt);
          outcomes.set(push, succeeded(attempt) ? "delivered" : "failed");
        }
      });
      if (stopped) return;
    }
  }
}

/** Records a refusal for one hook and continues with others. */
async function aside(target: HookTarget, problems: Problem[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HookRefusal)) throw error;
    const problem = { place: target.place, services: namesOf(target), message: error.message };
    const known = problems.some(
      ({ place, message }) => place === problem.place && message === problem.message,
    );
    if (!known) problems.push(problem);
  }
}

/** The services of a push. An organization's hook receives pushes to every repository. */
function servicesOfPush(target: HookTarget, { repository }: PushDetail): readonly HookedService[] {
  if (target.place.includes("/")) return target.services;
  const same = (name: string) => name.toLowerCase() === repository.toLowerCase();
  return target.services.filter((service) => same(service.repository));
}

/**
 * Like {@link aside}, but after a change: even a fatal failure leaves a report.
 * @returns whether the run ends here
 */
async function reporting(
  target: HookTarget,
  problems: Problem[],
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await aside(target, problems, work);
    return false;
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    problems.push({ place: target.place, services: namesOf(target), message: error.message });
    return true;
  }
}

function namesOf({ services }: HookTarget): string[] {
  return services.map(({ name }) => name);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
