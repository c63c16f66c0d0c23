import type { OctokitOptions } from "@octokit/core";
import Bottleneck from "bottleneck";
import { z } from "zod";

/** How to wait, and how to report it. */
export interface RetryOptions {
  /** Prints one line about the wait. */
  readonly report: (line: string) => void;
  /** The maximum total wait for GitHub's limits in one run, in seconds. A longer wait is an error. */
  readonly longestWait: number;
  /** Creates the error that ends the run then. */
  readonly giveUp: (limit: UsedUp) => Error;
  /**
   * The length of a second in milliseconds. Tests shorten it.
   * @default 1000
   */
  readonly second?: number;
}

/** An exhausted limit: the remaining minutes, and their end as a time of day in UTC, `14:05`. */
export interface UsedUp {
  readonly minutes: number;
  readonly until: string;
}

/** A limit that is still in force after so many waits does not end soon. */
const MOST_RETRIES = 10;

/** The reason for a failed call. */
export interface Failure {
  /** The HTTP status; 0 without an answer. */
  readonly status: number;
  readonly message: string;
}

/**
 * The options of octokit's plugins that retry temporary failures: GitHub's server errors, network failures, rate
 * limits. The total wait for limits is bounded.
 * @returns the options, and a function that returns the error of an exhausted limit, if any
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function pluginOptions({ report, longestWait, giveUp, second = 1_000 }: RetryOptions): {
  readonly options: Pick<OctokitOptions, "retry" | "throttle">;
  readonly givenUp: () => Error | undefined;
} {
  let waited = 0;
  let givenUp: Error | undefined;
  const mayWait = (asked: number, _request: object, _octokit: object, retries: number) => {
    // GitHub may ask for no wait at all, if its clock is behind this machine's.
    const seconds = Math.max(1, asked);
    if (retries >= MOST_RETRIES || waited + seconds > longestWait) {
      givenUp = giveUp(usedUp(seconds));
      return false;
    }
    waited += seconds;
    report(`GitHub's rate limit is reached; going on in ${seconds} s.`);
    return true;
  };
  const apart = (seconds: number, maxConcurrent: number) =>
    new Bottleneck.Group({ minTime: seconds * second, maxConcurrent });
  // GitHub allows 900 points per minute: a reading call costs one, a writing call five.
  const groups = {
    global: apart(0.08, 10),
    write: apart(1, 1),
    notifications: apart(3, 1),
    // Without this, all clients of a process would share the plugin's group.
    auth: apart(0, 1),
  };
  const retryAfterBaseValue = second;
  return {
    options: {
      throttle: {
        ...groups,
        retryAfterBaseValue,
        onRateLimit: mayWait,
        onSecondaryRateLimit: mayWait,
      },
      retry: { retryAfterBaseValue, doNotRetry: Array.from({ length: 100 }, (_, index) => 400 + index) },
    },
    givenUp: () => givenUp,
  };
}

const requestError = z.object({
  status: z.number(),
  message: z.string(),
  response: z.object({ data: z.unknown() }).optional(),
});
const answer = z.object({ message: z.string() });

/** Reads an error of octokit; undefined if it is not a failed call. */
export function failureOf(error: unknown): Failure | undefined {
  const read = requestError.safeParse(error);
  if (!read.success) return undefined;
  const { status, message, response } = read.data;
  if (!response) return { status: 0, message };
  return { status, message: answer.safeParse(response.data).data?.message ?? `${status}` };
}

/** Whether a failure is temporary: a server error, or no answer. */
export function isPassing({ status }: Failure): boolean {
  return status === 0 || status >= 500;
}

function usedUp(seconds: number): UsedUp {
  const until = new Date(Date.now() + seconds * 1000).toISOString().slice(11, 16);
  return { minutes: Math.ceil(seconds / 60), until };
}
