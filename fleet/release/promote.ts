import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster.ts";
import { inParallel } from "../parallel.ts";
import { createPromotion, type LiveService, mayPromote, NotAllowed, readLive } from "./live.ts";
import type { ReleaseEntry } from "./release.ts";
import { failureOf, type Standing, standingOf, type TargetStage } from "./standing.ts";

/** A service of a release with its cluster and its planned Stage. */
export interface Placed {
  readonly entry: ReleaseEntry;
  readonly cluster: Cluster;
  /** Undefined if the plan no longer has it. */
  readonly target: TargetStage | undefined;
}

/** What came of a service of a release. */
export interface Result {
  readonly entry: ReleaseEntry;
  readonly standing: Standing | { readonly kind: "failed" | "refused" | "unfinished"; readonly why: string };
}

interface Pace {
  /** Milliseconds between two looks at running Promotions. */
  readonly every: number;
  /** Milliseconds that a wave may take. */
  readonly limit: number;
  readonly tell: (text: string) => void;
}

/** The number of services that are read or promoted at once. */
const CONCURRENCY = 16;

/** Where every service of a release stands, and whether the caller may promote it. Nothing is changed. */
export async function standings(waves: readonly (readonly Placed[])[]): Promise<Result[][]> {
  const found: Result[][] = [];
  for (const wave of waves) found.push(await each(wave, look));
  return found;
}

async function look(placed: Placed): Promise<Result> {
  const { entry, cluster } = placed;
  try {
    const standing = await standingNow(placed);
    if (standing.kind !== "ready" || (await mayPromote(cluster, entry))) return { entry, standing };
    const why = `You may not promote to Stage ${entry.stage}: the verb promote on it is missing.`;
    return { entry, standing: { kind: "missing", why } };
  } catch (error) {
    if (!(error instanceof NotAllowed)) throw error;
    return { entry, standing: { kind: "missing", why: error.message } };
  }
}

async function standingNow({ entry, cluster, target }: Placed, live?: LiveService): Promise<Standing> {
  return standingOf(entry, target, live ?? (await readLive(cluster, entry.project)), new Date());
}

/**
 * Promotes a release wave by wave, with the caller's rights. A Promotion that exists is awaited, never made twice. A
 * wave starts when every service of the wave before has its Freight; otherwise the release stops there.
 * @returns the results of the waves that were started
 */
export async function promote(waves: readonly (readonly Placed[])[], pace: Pace): Promise<Result[][]> {
  const results: Result[][] = [];
  for (const [index, wave] of waves.entries()) {
    const started = await each(wave, start);
    const wait = (text: string) => pace.tell(`Wave ${index + 1} of ${waves.length}: ${text}`);
    results.push(await finish(wave, started, { ...pace, tell: wait }));
    if (results.at(-1)?.some(({ standing }) => standing.kind !== "done")) break;
  }
  return results;
}

async function start(placed: Placed): Promise<Result> {
  const { entry, cluster } = placed;
  const standing = await standingNow(placed);
  if (standing.kind !== "ready") return { entry, standing };
  const refusal = await createPromotion(cluster, entry);
  return {
    entry,
    standing: refusal === undefined ? { kind: "running", promotion: "" } : { kind: "refused", why: refusal },
  };
}

async function finish(wave: readonly Placed[], started: readonly Result[], pace: Pace): Promise<Result[]> {
  const end = Date.now() + pace.limit;
  let results = [...started];
  const running = () => results.filter(({ standing }) => standing.kind === "running");
  while (running().length > 0) {
    pace.tell(`${results.length - running().length} of ${results.length} services done`);
    if (Date.now() >= end)
      return results.map(({ entry, standing }) => ({
        entry,
        standing:
          standing.kind === "running"
            ? { kind: "unfinished", why: "Its Promotion has not ended in time; it goes on by itself." }
            : standing,
      }));
    await sleep(pace.every);
    results = await each(wave, (placed, index) => lookAgain(placed, results[index] as Result));
  }
  return results;
}

/** A running Promotion may have ended, well or badly; anything else stays. */
async function lookAgain(placed: Placed, before: Result): Promise<Result> {
  if (before.standing.kind !== "running") return before;
  const live = await readLive(placed.cluster, placed.entry.project);
  const standing = await standingNow(placed, live);
  if (standing.kind !== "ready") return { entry: placed.entry, standing };
  const { stage, freight } = placed.entry;
  const last = live.promotions.findLast((each) => each.stage === stage && each.freight.name === freight);
  // Kargo writes the Promotion's end before the Stage's new Freight.
  if (last?.phase === "Succeeded") return before;
  return {
    entry: placed.entry,
    standing: { kind: "failed", why: last ? failureOf(last) : "It was deleted." },
  };
}

/** Keeps the order; at most {@link CONCURRENCY} at a time. */
export function each<In, Out>(
  all: readonly In[],
  act: (one: In, index: number) => Promise<Out>,
): Promise<Out[]> {
  return inParallel(
    all.map((one, index) => () => act(one, index)),
    CONCURRENCY,
  );
}
