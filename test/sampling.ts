/** Whether `npm test -- --large` asks for full samples. */
const LARGE = process.env.KARGO_FLEET_TESTS === "large";

/** The size of a sample: all if larger samples are asked for, else less. */
export function sampled(all: number, sample: number): number {
  return LARGE ? all : sample;
}
