import { type ClusterChoice, openClusterOf } from "../cluster.ts";
import type { ClusterStacks } from "../cluster-stacks.ts";
import { isUnreadableState } from "../engine-words.ts";
import { backendFolder } from "../file-backend.ts";
import type { progressOn } from "../progress.ts";
import { backupsHint } from "../recovery/backups.ts";
import { objectsOf } from "../recovery/look.ts";
import { faultsAfter, type Live } from "./after-wave.ts";
import { interrupted, mend, onlyOne } from "./before-up.ts";
import { type Part, runUp, type StackRun } from "./engine-run.ts";
import { liveObjects } from "./live.ts";
import { basesOf, notes, recordAfter, stampOf, type UpRecord } from "./records.ts";
import {
  isBad,
  type Job,
  planStep,
  runJobs,
  type Step,
  stepNames,
  tooManyBroken,
  type WaveResult,
} from "./roll-out.ts";
import { TimeLeft } from "./time-left.ts";

export interface UpOptions extends ClusterChoice {
  /** The backend's URL. */
  readonly backend: string;
  readonly durable: boolean;
  /** Whether to bring up everything, whatever this command noted. */
  readonly whole: boolean;
  /** The number of stacks side by side. */
  readonly parallel: number;
  /** How long to wait for controllers after each wave, in seconds. */
  readonly wait: number;
  /** The share of a wave's services, in percent, that may be broken. */
  readonly maxBroken: number;
  /** Ends the command: what has begun is finished, and nothing else begins. */
  readonly signal: AbortSignal;
}

type Told = Pick<ReturnType<typeof progressOn>, "line" | "tell">;

/** What an `up` of a cluster did. */
export interface ClusterUp {
  readonly cluster: string;
  readonly waves: readonly WaveResult[];
  /** The names of the waves that were not begun. */
  readonly left: readonly string[];
  /** What is wrong with each service that could not be made. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
  readonly recovered: readonly string[];
  readonly milliseconds: number;
}

/**
 * Brings up the stacks of a cluster, wave by wave, and stops after the first bad one.
 * @throws Busy if somebody else does so
 * @throws FleetError if it could not begin
 */
export async function bringUp(cluster: ClusterStacks, options: UpOptions, told: Told): Promise<ClusterUp> {
  const lock = await onlyOne(cluster.name);
  try {
    return await new Up(cluster, options, told).run();
  } finally {
    lock.release();
  }
}

class Up {
  readonly #cluster: ClusterStacks;
  readonly #options: UpOptions;
  readonly #told: Told;
  readonly #known: { records: Map<string, UpRecord>; done: Set<string>; everything: boolean };
  #bases: ReadonlyMap<string, string> = new Map();
  readonly #broken = new Map<string, readonly string[]>();
  readonly #folder: string | undefined;
  #time = new TimeLeft(0);

  constructor(cluster: ClusterStacks, options: UpOptions, told: Told) {
    this.#cluster = cluster;
    this.#options = options;
    this.#told = told;
    this.#known = { records: new Map(), done: new Set(), everything: options.whole };
    this.#folder = backendFolder(options.backend);
  }

  async run(): Promise<ClusterUp> {
    const started = performance.now();
    const { stacks, name } = this.#cluster;
    const { backend } = this.#options;
    const recovered: string[] = [];
    for (const each of await interrupted(stacks, backend)) {
      this.#told.line(`up: stack ${each.stack.name}: ${each.why}; recovering it`);
      recovered.push(await mend(each.stack, this.#options));
      this.#told.line(`up: ${recovered.at(-1)}`);
    }
    this.#bases = basesOf(stacks, backend);
    for (const [stack, base] of this.#bases) {
      const known = await notes.record(stack, base, await stampOf(this.#folder, stack));
      if (known) this.#known.records.set(stack, known);
    }
    const waves = await this.#allWaves();
    const names = stepNames(this.#cluster);
    return {
      cluster: name,
      waves,
      left: waves.at(-1)?.stops.length ? names.slice(waves.length) : [],
      broken: this.#broken,
      recovered,
      milliseconds: performance.now() - started,
    };
  }

  async #allWaves(): Promise<WaveResult[]> {
    const names = stepNames(this.#cluster);
    const plan = (index: number) => planStep(this.#cluster, index, this.#known);
    const jobs = names.flatMap((_, index) => plan(index).jobs);
    this.#time = new TimeLeft(jobs.reduce((sum, { size }) => sum + size, 0));
    const cluster = await openClusterOf(this.#cluster.stacks[0]?.plan, this.#options);
    const objects = objectsOf(cluster);
    try {
      // A wave never has a service that the first plan left out.
      const before = await liveObjects(jobs, objects);
      const results: WaveResult[] = [];
      for (const index of names.keys()) {
        const step = plan(index);
        const at = `up: wave ${index + 1} of ${names.length} (${step.name})`;
        const result = await this.#wave(step, at, { objects, before });
        results.push(result);
        if (result.stops.length > 0) break;
      }
      return results;
    } finally {
      cluster.close();
    }
  }

  async #wave(step: Step, at: string, live: Live): Promise<WaveResult> {
    const { signal, parallel } = this.#options;
    const started = performance.now();
    const stacks = step.jobs.length === 1 ? "1 stack" : `${step.jobs.length} stacks`;
    this.#told.line(step.jobs.length === 0 ? `${at}: nothing to do` : `${at}: ${stacks}`);
    let finished = 0;
    const { runs, notBegun } = await runJobs(step.jobs, {
      parallel,
      stopped: () => signal.aborted,
      run: async (job, part) => {
        const run = await this.#run(job, part, () =>
          this.#told.tell(`${at}: ${finished} of ${stacks}, ${this.#time.words()}`),
        );
        finished += 1;
        const seconds = Math.round(run.milliseconds / 1000);
        this.#told.line(`${at}: stack ${job.stack.name} ${WORDS[run.outcome]} after ${seconds} s`);
        return run;
      },
    });
    const stops = [
      ...runs.filter(isBad).map(stopOf),
      ...(signal.aborted ? ["it was interrupted"] : []),
      ...tooManyBroken(step, new Set(this.#broken.keys()), this.#options.maxBroken),
    ];
    const made = step.jobs.map(({ stack, services, platform }) => ({
      stack,
      platform,
      services: services.filter((service) => !this.#broken.has(service)),
    }));
    const tell = (text: string) => this.#told.tell(`${at}: ${text}`);
    if (stops.length === 0) stops.push(...(await faultsAfter(made, live, { ...this.#options, tell })));
    return {
      name: step.name,
      services: step.services.length,
      runs,
      skipped: step.skipped,
      notBegun,
      stops,
      milliseconds: performance.now() - started,
    };
  }

  async #run(job: Job, part: Part | undefined, tick: () => void): Promise<StackRun> {
    const { durable, signal } = this.#options;
    const { name, plan } = job.stack;
    await notes.begin(name);
    const run = await this.#withHint(
      await runUp(name, {
        plan,
        part,
        durable,
        signal,
        onResource: () => {
          this.#time.done();
          tick();
        },
      }),
    );
    const services = part?.filter.services ?? job.services;
    for (const service of services) this.#broken.delete(service);
    // A part speaks for its own services; the last wave for those that are no longer listed.
    for (const [service, words] of run.broken)
      if (part === undefined || services.includes(service)) this.#broken.set(service, words);
    if (run.written) await notes.end(name);
    if (isBad(run)) {
      this.#known.records.delete(name);
      return run;
    }
    const whole = part === undefined;
    if (whole) this.#known.done.add(name);
    const broken = new Set(run.broken.keys());
    const platform = part?.filter.platform ?? job.platform;
    const made = recordAfter(plan, this.#known.records.get(name), { services, platform, whole, broken });
    this.#known.records.set(name, made);
    const stamp = await stampOf(this.#folder, name);
    const base = this.#bases.get(name) ?? "";
    if (stamp !== undefined) await notes.write(name, { ...made, base, stamp });
    return run;
  }

  /** Adds the copy that brings back a state which the CLI could not read. */
  async #withHint(run: StackRun): Promise<StackRun> {
    if (!run.errors.some(isUnreadableState)) return run;
    return { ...run, errors: [...run.errors, await backupsHint(this.#options.backend, run.stack)] };
  }
}

const WORDS = {
  done: "is up",
  broken: "is up, except for broken services,",
  busy: "is being updated by somebody else,",
  failed: "failed",
} as const;

function stopOf({ stack, outcome, errors }: StackRun): string {
  if (outcome === "busy") return `stack ${stack} is being updated by somebody else`;
  return [`stack ${stack} failed`, ...errors].join("\n");
}
