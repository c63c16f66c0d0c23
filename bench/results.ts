/** What a benchmark measures of a command, by peer, phase and number of services. */
export interface Measured {
  readonly seconds: number;
  /** The peak memory of the largest worker, in MB. */
  readonly worker: number;
  /** The peak memory of all workers together, in MB. */
  readonly all: number;
  /** Requests that the API server answered meanwhile, of all clients. */
  readonly requests: number;
  /** Bytes that the command wrote to disk, in MB; undefined where the system does not count them. */
  readonly written: number | undefined;
}

/** A cell of the results: a measurement, or why there is none. */
export type Cell = Measured | { readonly missing: string };

/** All cells so far, with the peers, phases and sizes in the order of the tables. */
export interface Results {
  readonly peers: readonly string[];
  readonly phases: readonly string[];
  readonly sizes: readonly number[];
  readonly cell: (peer: string, phase: string, size: number) => Cell | undefined;
}

/** A measurement, if there is one. */
export function measuredIn(
  { cell }: Results,
  peer: string,
  phase: string,
  size: number,
): Measured | undefined {
  const found = cell(peer, phase, size);
  return found === undefined || "missing" in found ? undefined : found;
}

/**
 * The exponent of a power law through two points: 1 if twice the services take twice the time, 2 if they take four
 * times as long.
 * @returns undefined if it cannot be known
 */
export function growthExponent(
  from: { readonly size: number; readonly seconds: number },
  to: { readonly size: number; readonly seconds: number },
): number | undefined {
  const exponent = Math.log(to.seconds / from.seconds) / Math.log(to.size / from.size);
  return Number.isFinite(exponent) ? exponent : undefined;
}
