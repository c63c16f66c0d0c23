import type { Wave } from "../../model/waves.ts";
import type { NamedPlan } from "../chosen-stacks.ts";
import type { ClusterStacks } from "../cluster-stacks.ts";
import { inParallel } from "../parallel.ts";
import type { Part, StackRun } from "./engine-run.ts";
import { leftOf, type UpRecord } from "./records.ts";
import { type Concern, partsOf, resourceCount, servicesOf, standsAlone } from "./targets.ts";

/** One stack's work in a wave. */
export interface Job extends Concern {
  readonly stack: NamedPlan;
  /** Undefined for the whole stack. */
  readonly parts: readonly Part[] | undefined;
  /** The resources that the program registers, for the time left. */
  readonly size: number;
}

/** A wave and what happened to it. */
export interface WaveResult {
  readonly name: string;
  readonly services: number;
  readonly runs: readonly StackRun[];
  /** The stacks in which nothing was left to do. */
  readonly skipped: readonly string[];
  /** The stacks that were not begun, because another one failed. */
  readonly notBegun: readonly string[];
  /** Why nothing follows; empty if the wave is good. */
  readonly stops: readonly string[];
  readonly milliseconds: number;
}

/** A wave of services with the name of the platform's step before it. */
export interface Step {
  readonly name: string;
  readonly services: readonly string[];
  readonly jobs: readonly Job[];
  readonly skipped: readonly string[];
}

/** What is known of each stack when a step is planned. */
export interface Known {
  readonly records: ReadonlyMap<string, UpRecord>;
  /** Whether every stack is brought up as a whole in the end, whatever the records say. */
  readonly everything: boolean;
  /** The stacks that this command has brought up as a whole. */
  readonly done: ReadonlySet<string>;
}

/** The names of the steps: the shared objects, then each wave. */
export function stepNames({ waves }: Pick<ClusterStacks, "waves">): string[] {
  return ["the platform", ...waves.map(({ name }) => name)];
}

/**
 * Plans one step. The first brings up the shared objects: apart from the services of their stack if those have
 * waves. The last one brings up each stack as a whole, or what is left of it if nothing else can differ. The steps
 * between bring up some services of each stack.
 */
export function planStep(cluster: ClusterStacks, index: number, known: Known): Step {
  const name = stepNames(cluster)[index] ?? "";
  const { stacks, waves } = cluster;
  const isLast = index === waves.length;
  const owners = stacks.filter(({ plan }) => plan.platform !== undefined);
  const wave: Wave = waves[index - 1] ?? { name, services: [] };
  const meant =
    index === 0 ? owners : isLast ? stacks : stacks.filter(({ plan }) => servicesOf(plan, wave).length > 0);
  const jobs = meant.map((stack): Job | undefined => {
    if (isLast) return wholeJob(stack, known);
    if (index > 0) return partJob(stack, wave, known);
    // Without waves the platform's stack is done in one run.
    return waves.length === 1 ? wholeJob(stack, known) : platformJob(stack, known);
  });
  return {
    name,
    services: index === 0 ? [] : wave.services,
    jobs: jobs.filter((job) => job !== undefined),
    skipped: meant.filter((_, at) => jobs[at] === undefined).map((stack) => stack.name),
  };
}

/** @param registered what the program registers: more than the job is about if it registers the rest too */
function jobOf(stack: NamedPlan, concern: Concern, parts?: readonly Part[], registered = concern): Job {
  return { stack, ...concern, parts, size: resourceCount(stack.plan, registered) };
}

function wholeJob(stack: NamedPlan, { records, everything, done }: Known): Job | undefined {
  if (done.has(stack.name)) return undefined;
  const whole = jobOf(stack, all(stack));
  if (everything) return whole;
  const left = leftOf(stack.plan, records.get(stack.name));
  if (left.whole) return whole;
  if (left.services.length === 0) return undefined;
  const changed = { services: left.services, platform: false };
  const parts = partsOf(stack, changed, false);
  // Reading the state for each part costs more than one run of everything.
  if (parts.length > 1 || left.services.length * 2 > whole.services.length) return whole;
  return jobOf(stack, changed, parts);
}

function partJob(stack: NamedPlan, wave: Wave, { records }: Known): Job | undefined {
  const record = records.get(stack.name);
  const left = new Set(leftOf(stack.plan, record).services);
  const services = servicesOf(stack.plan, wave)
    .filter((service) => left.has(service.name) && standsAlone(service))
    .map(({ name }) => name);
  if (services.length === 0) return undefined;
  const concern = { services, platform: false };
  const rest = record?.whole !== true;
  return jobOf(stack, concern, partsOf(stack, concern, rest), rest ? all(stack) : concern);
}

function platformJob(stack: NamedPlan, known: Known): Job | undefined {
  const { plan, name } = stack;
  if (plan.services.length === 0) return wholeJob(stack, known);
  const record = known.records.get(name);
  const isUp = record && !leftOf({ ...plan, services: [] }, { ...record, services: {} }).whole;
  if (isUp && !known.everything) return undefined;
  const concern = { services: [], platform: true };
  return jobOf(stack, concern, partsOf(stack, concern, true), all(stack));
}

function all({ plan }: NamedPlan): Concern {
  return { services: plan.services.map(({ name }) => name), platform: plan.platform !== undefined };
}

/** How the jobs of a step are run. */
interface Runner {
  /** Runs a part of a stack, or the whole. */
  run(job: Job, part: Part | undefined): Promise<StackRun>;
  readonly parallel: number;
  /** Whether to begin nothing more. */
  stopped(): boolean;
}

/**
 * Runs the jobs of a step side by side. After a failed stack it begins no other one.
 * @returns the runs, of parts of a stack in one, and the stacks that were not begun
 */
export async function runJobs(
  jobs: readonly Job[],
  runner: Runner,
): Promise<{ readonly runs: readonly StackRun[]; readonly notBegun: readonly string[] }> {
  const runs: StackRun[] = [];
  const notBegun: string[] = [];
  let failed = false;
  const steps = jobs.map((job) => async () => {
    if (failed || runner.stopped()) {
      notBegun.push(job.stack.name);
      return;
    }
    let run: StackRun | undefined;
    for (const part of job.parts ?? [undefined]) {
      const next = await runner.run(job, part);
      run = run ? joined(run, next) : next;
      if (isBad(run)) break;
    }
    if (run === undefined) return;
    runs.push(run);
    failed ||= isBad(run);
  });
  await inParallel(steps, runner.parallel);
  return { runs, notBegun };
}

/**
 * Whether more of a step's services are broken than permitted: of all that it is about, also those that need nothing.
 * @param percent the permitted share
 * @returns the sentence that says so
 */
export function tooManyBroken(
  { services, jobs }: Pick<Step, "services" | "jobs">,
  broken: ReadonlySet<string>,
  percent: number,
): string[] {
  const all = new Set([...services, ...jobs.flatMap((job) => job.services)]);
  const count = [...all].filter((name) => broken.has(name)).length;
  return count * 100 <= all.size * percent ? [] : [`${count} of ${all.size} services could not be made`];
}

/** Whether nothing may follow a run. */
export function isBad({ outcome }: StackRun): boolean {
  return outcome === "failed" || outcome === "busy";
}

/** Two runs of parts of one stack as one. */
export function joined(one: StackRun, other: StackRun): StackRun {
  const outcomes = [one.outcome, other.outcome];
  const worst = (["failed", "busy", "broken"] as const).find((each) => outcomes.includes(each));
  return {
    stack: one.stack,
    steps: [...one.steps, ...other.steps],
    unchanged: other.unchanged,
    outcome: worst ?? "done",
    errors: [...one.errors, ...other.errors],
    broken: new Map([...one.broken, ...other.broken]),
    written: one.written && other.written,
    lost: one.lost || other.lost,
    milliseconds: one.milliseconds + other.milliseconds,
  };
}
