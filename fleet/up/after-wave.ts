import { setTimeout as pause } from "node:timers/promises";
import type { Objects } from "../recovery/look.ts";
import { healthOf, type LiveObjects, type Word } from "./gate.ts";
import { liveObjects, type Made, missingObjects } from "./live.ts";
import { servicesOf } from "./targets.ts";

/** The cluster, and its Stages and Applications before the command began. */
export interface Live {
  readonly objects: Objects;
  readonly before: LiveObjects;
}

interface Waiting {
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
  const services = made.flatMap((each) => servicesOf(each.stack.plan, each));
  const old = healthOf(services, before);
  // What was already wrong before the command is not its fault; an object that it made is.
  const isNew = ([name, { is }]: readonly [string, Word]) => {
    const was = before.has(name) ? old.get(name)?.is : undefined;
    return was !== "failed" && was !== is;
  };
  const until = performance.now() + wait * 1000;
  for (;;) {
    const words = [...healthOf(services, await liveObjects(made, objects))].filter(isNew);
    const said = (kind: Word["is"]) =>
      words.flatMap(([name, { is, why }]) => (is === kind ? `${name} ${why}` : []));
    const pending = said("pending");
    if (said("failed").length > 0 || pending.length === 0) return said("failed");
    if (performance.now() > until || signal.aborted)
      return pending.map((word) => `${word} (after ${wait} s)`);
    tell(`waiting for ${pending.length} Stages and Applications`);
    await pause(every);
  }
}
