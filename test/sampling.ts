/** Whether this is `npm run test:thorough`, which runs in full what `npm test` takes a sample of. */
const THOROUGH = process.env.KARGO_FLEET_TESTS === "thorough";

/** How many of what takes long: all of it in a thorough run, a sample in `npm test`. */
export function sampled(all: number, sample: number): number {
  return THOROUGH ? all : sample;
}
