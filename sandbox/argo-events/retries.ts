import type { Trigger } from "./sensors.ts";

/** Go's time.ParseDuration. */
const DURATION = /^[+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;

/**
 * Why a trigger is never carried out though an event passed: Argo Events reads the retryStrategy only then
 * (pkg/shared/util/retry.go). Undefined where nothing is wrong with it.
 */
export function retryProblem({ retryStrategy }: Trigger): string | undefined {
  const { duration, factor, jitter } = retryStrategy ?? {};
  if (typeof duration === "string" && !DURATION.test(duration)) {
    return `its retryStrategy's duration ${JSON.stringify(duration)} is none`;
  }
  for (const [name, amount] of Object.entries({ factor, jitter })) {
    if (amount !== undefined && typeof amount !== "number") {
      return `its retryStrategy's ${name} is no bare number: ${JSON.stringify(amount)}`;
    }
  }
  return undefined;
}
