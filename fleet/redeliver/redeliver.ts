import { FleetError } from "../fleet-error.ts";
import { inParallel } from "../parallel.ts";
import { succeeded, type Undelivered, undelivered } from "./attempts.ts";
import type { HookedService, HookTarget } from "./hook-targets.ts";
import { type Attempt, HookRefusal, type HooksApi, type PushDetail } from "./hooks-api.ts";

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

/** A hook of GitHub's. */
interface Hook {
  readonly target: HookTarget;
  readonly id: string;
}

/** A push that was not delivered when the run began. */
export interface Push extends Undelivered {
  readonly hook: Hook;
  readonly services: readonly string[];
  readonly detail: PushDetail;
  /** The latest attempt with its result. */
  last: Attempt;
  outcome: Outcome;
}

/** A hook that could not be fully read. */
export interface Problem {
  readonly place: string;
  readonly services: readonly string[];
  readonly message: string;
}

export type Redelivery = Awaited<ReturnType<typeof redeliver>>;

/** The systems that a run uses. */
interface RedeliveryAccess {
  readonly api: HooksApi;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly tell: (text: string) => void;
}

/** The number of hooks to read in parallel; the API limits the pace. */
const CONCURRENCY = 4;
/** GitHub waits 10 s for a listener. These are the pauses between checks for the result, in milliseconds. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 8_000];

/**
 * Finds the undelivered pushes and makes GitHub deliver them again, oldest first.
 * @param options.dryRun only show
 * @returns the number of hooks, the pushes in the order in which they were made, and the hooks that could not be read
 * @throws FleetError if GitHub cannot be reached, rejects the token, or limits it for too long
 */
export async function redeliver(
  targets: readonly HookTarget[],
  { since, dryRun }: { readonly since: Date; readonly dryRun: boolean },
  access: RedeliveryAccess,
) {
  const problems: Problem[] = [];
  const pushes = await find(targets, since, access, problems);
  if (!dryRun) {
    const wanted = pushes.filter(({ outcome }) => outcome === "found");
    await tryAgain(wanted, access, problems);
    await awaitOutcomes(wanted, since, access, problems);
  }
  return { hooks: targets.length, pushes, problems };
}

async function find(
  targets: readonly HookTarget[],
  since: Date,
  { api, tell }: RedeliveryAccess,
  problems: Problem[],
): Promise<Push[]> {
  const found: Push[] = [];
  const steps = targets.map((target) => async () => {
    const { place, url } = target;
    const fatal = await reporting(target, problems, async () => {
      const id = await api.find(place, url);
      if (id === undefined) throw new HookRefusal(`there is no hook for ${url}. Run pulumi up.`);
      const hook = { target, id };
      for (const push of undelivered(await api.attempts(place, id, since))) {
        const detail = await api.detail(place, id, push.last.id);
        const services = servicesOfPush(target, detail);
        if (services.length === 0) continue;
        const isOvertaken =
          services.some(({ newestBuild }) => newestBuild) &&
          (await api.head(detail.repository, detail.ref)) !== detail.after;
        const names = services.map(({ name }) => name);
        found.push({ ...push, hook, services: names, detail, outcome: isOvertaken ? "overtaken" : "found" });
      }
    });
    if (fatal) throw fatal;
  });
  await inParallel(steps, CONCURRENCY, (done) => tell(`redeliver: ${done} of ${targets.length} hooks read`));
  return found.sort((one, other) => one.since.localeCompare(other.since));
}

async function tryAgain(
  pushes: readonly Push[],
  { api, tell }: RedeliveryAccess,
  problems: Problem[],
): Promise<void> {
  for (const push of pushes) push.outcome = "refused";
  for (const [index, push] of pushes.entries()) {
    const { target, id } = push.hook;
    const fatal = await reporting(target, problems, async () => {
      await api.redeliver(target.place, id, push.last.id);
      push.outcome = "unanswered";
    });
    if (fatal) return;
    tell(`redeliver: ${index + 1} of ${pushes.length} pushes`);
  }
}

/** Polls the hooks until each new attempt has a result. */
async function awaitOutcomes(
  pushes: readonly Push[],
  since: Date,
  { api, pause, tell }: RedeliveryAccess,
  problems: Problem[],
): Promise<void> {
  const waiting = () => pushes.filter(({ outcome }) => outcome === "unanswered");
  for (const milliseconds of PAUSES) {
    if (waiting().length === 0) return;
    tell(`redeliver: waiting for the answers to ${waiting().length} pushes`);
    await pause(milliseconds);
    for (const [{ target, id }, mine] of Map.groupBy(waiting(), ({ hook }) => hook)) {
      const fatal = await reporting(target, problems, async () => {
        const attempts = await api.attempts(target.place, id, since);
        for (const push of mine) {
          const attempt = attempts.find(({ guid }) => guid === push.guid);
          if (attempt === undefined || attempt.id === push.last.id) continue;
          push.last = attempt;
          push.outcome = succeeded(attempt) ? "delivered" : "failed";
        }
      });
      if (fatal) return;
    }
  }
}

/** The services of a push. An organization's hook receives pushes to every repository. */
function servicesOfPush(target: HookTarget, { repository }: PushDetail): readonly HookedService[] {
  if (target.place.includes("/")) return target.services;
  const same = (name: string) => name.toLowerCase() === repository.toLowerCase();
  return target.services.filter((service) => same(service.repository));
}

/**
 * Records why the work on one hook failed, so that the others go on, and even a fatal failure leaves a report.
 * @returns a failure that ends the run
 */
async function reporting(
  { place, services }: HookTarget,
  problems: Problem[],
  work: () => Promise<void>,
): Promise<FleetError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof HookRefusal || error instanceof FleetError)) throw error;
    const { message } = error;
    const fatal = error instanceof FleetError ? error : undefined;
    const isKnown = problems.some((each) => each.place === place && each.message === message);
    if (fatal || !isKnown) problems.push({ place, services: services.map(({ name }) => name), message });
    return fatal;
  }
}
