import type { Measured } from "../results.ts";
import type { FleetState, World } from "./world.ts";

/**
 * What is measured, in this order. A no-op asks the engine about everything; `fleet up` may also know that nothing has
 * changed since its last run.
 */
export const PHASES = [
  "first rollout",
  "no-op",
  "known no-op",
  "one service",
  "all services",
  "destroy",
  "recovery",
] as const;

export type Phase = (typeof PHASES)[number];

/** The files before and in each phase. */
export const STATES: Readonly<Record<Phase, FleetState>> = {
  "first rollout": { interval: "5m" },
  "no-op": { interval: "5m" },
  "known no-op": { interval: "5m" },
  "one service": { interval: "5m", last: "1h" },
  "all services": { interval: "10m", last: "2h" },
  destroy: { interval: "10m", last: "2h" },
  recovery: { interval: "10m", last: "2h" },
};

/** One way to bring a fleet to its cluster. */
export interface Peer {
  readonly name: string;
  /** The number of stacks for this many services. */
  shards(size: number): number;
  /** Why it is not measured; undefined if it is. */
  leftOut(phase: Phase, size: number): string | undefined;
  /** What happens before the clock starts. */
  prepare(phase: Phase, world: World): Promise<void>;
  /** @throws Error if a command fails */
  run(phase: Phase, world: World): Promise<Omit<Measured, "requests"> | { readonly missing: string }>;
}
