import { setTimeout as pause } from "node:timers/promises";
import type { Objects } from "../recovery/look.ts";
import { healthOf, type LiveObjects } from "./gate.ts";
import { liveObjects, type Made, missingObjects } from "./live.ts";

/** The cluster, and its Stages and Applications before the command began. */
export interface Live {
  readonly objects: Objects;
  readonly before: LiveObjects;
}

export interface Waiting {
  /** How long controllers may take, in seconds. */
  readonly wait: number;
  /**
   * How often to look at the controllers' work, in milliseconds.
   * @default 2000
   */
  readonly every?: number;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/**
 * What is not right in the cluster after a wave: missing objects, or what the controllers say, for which it waits.
 * @returns nothing if the wave is good
 */
export async function faultsAfter(
  made: readonly Made[],
  { objects, before }: Live,
  { wait, every = 2_000, signal, tell }: Waiting,
): Promise<string[]> {
  if (made.length === 0) return [];
  const missing = await missingObjects(made, objects);
  if (missing.length > 0) return missing.map((object) => `${object} is not in the cluster`);
  const services = made.flatMap(({ stack: { plan }, services: names }) =>
    plan.services.filter(({ name }) => names.includes(name)),
  );
  const old = healthOf(services, before);
  const unfinished = new Map([...old.failed, ...old.pending]);
  const until = performance.now() + wait * 1000;
  for (;;) {
    const now = healthOf(services, await liveObjects(made, objects));
    const failed = newOnes(now.failed, old.failed, before);
    if (failed.length > 0) return failed;
    const pending = newOnes(now.pending, unfinished, before);
    if (pending.length === 0) return [];
    if (performance.now() > until || signal.aborted)
      return pending.map((word) => `${word} (after ${wait} s)`);
    tell(`waiting for ${pending.length} Stages and Applications`);
    await pause(every);
  }
}

/** What was already wrong before the command is not its fault; an object that it made is. */
function newOnes(
  words: ReadonlyMap<string, string>,
  old: ReadonlyMap<string, string>,
  before: LiveObjects,
): string[] {
  return [...words]
    .filter(([name]) => !(before.has(name) && old.has(name)))
    .map(([name, why]) => `${name} ${why}`);
}
