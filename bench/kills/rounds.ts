import fc from "fast-check";

/** A catalogue, and the moments at which the `fleet up` that brings it up is killed. */
export interface Round {
  /** The entries of services by name. */
  readonly services: Readonly<Record<string, object>>;
  /** Shares of the time of an undisturbed run, from 0 to 1: one kill after the other. */
  readonly kills: readonly number[];
}

/** The services that come, change and go. By the hash of their names they are in both stacks. */
export const POOL = ["auth", "late", "canary", "cart", "shop", "mail"] as const;

/** Before the first kill, and in every round, because a wave must match some service. */
export const FIRST = { canary: { warehouse: { interval: "5m" }, labels: { tier: "canary" } } };

/** A share in thousandths, each as likely as the others. */
const share = fc.noBias(fc.integer({ min: 0, max: 999 })).map((number) => number / 1_000);

/** A service is absent in a quarter of the rounds, and in the first wave in another. */
const entry = fc
  .noBias(fc.record({ place: fc.integer({ min: 0, max: 3 }), minutes: fc.integer({ min: 5, max: 59 }) }))
  .map(({ place, minutes }) =>
    place === 0
      ? undefined
      : { warehouse: { interval: `${minutes}m` }, ...(place === 1 && { labels: { tier: "canary" } }) },
  );

const round: fc.Arbitrary<Round> = fc.record({
  services: fc.tuple(...POOL.map(() => entry)).map((entries) => ({
    ...Object.fromEntries(POOL.flatMap((name, index) => (entries[index] ? [[name, entries[index]]] : []))),
    ...FIRST,
  })),
  kills: fc.noBias(fc.array(share, { minLength: 1, maxLength: 3 })),
});

/** @returns as many rounds as kills, of which the last ones may not be needed; the same for the same seed */
export function roundsOf(seed: number, kills: number): readonly Round[] {
  return fc.sample(round, { seed, numRuns: kills });
}
