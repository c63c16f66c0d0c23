/** Whether this is `npm run test:thorough`, which uses full samples. */
const THOROUGH = process.env.KARGO_FLEET_TESTS === "thorough";

/** The size of a sample: all in a thorough run, less in `npm test`. */
export function sampled(all: number, sample: number): number {
  return THOROUGH ? all : sample;
}
