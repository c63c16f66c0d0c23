import { z } from "zod";

/** How waiting is done and told. */
export interface Patience {
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Takes one line on what is going on. */
  readonly report: (line: string) => void;
  /** Of waiting for GitHub's limits in one run, in seconds; what would be longer is not waited for. */
  readonly longestWait: number;
  /** Makes the error that ends the run then. */
  readonly giveUp: (limit: UsedUp) => Error;
}

/** A limit that is used up: for so many minutes, which end at this time of the day in UTC, `14:05`. */
export interface UsedUp {
  readonly minutes: number;
  readonly until: string;
}

/** Why a call failed. */
export interface Failure {
  /** Of HTTP; 0 where no answer came. */
  readonly status: number;
  readonly message: string;
  /** How many seconds GitHub wants to be left alone for. */
  readonly limitedFor: number | undefined;
}

/** A call that GitHub fails is made this many times. */
const ATTEMPTS = 4;
/** What GitHub asks for where it sets a secondary limit and no time. */
const SECONDARY_LIMIT = 60;

const requestError = z.object({
  status: z.number(),
  message: z.string(),
  response: z
    .object({
      headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
      data: z.unknown(),
    })
    .optional(),
});
const answer = z.object({ message: z.string() });

/**
 * Makes calls that outlast what passes by itself: GitHub's own failures, a network that is gone for a moment, its rate
 * limits. All waits for limits together have a bound.
 *
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function patient({
  pause,
  report,
  longestWait,
  giveUp,
}: Patience): <T>(call: () => Promise<T>) => Promise<T> {
  let waited = 0;
  return async (call) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call();
      } catch (error) {
        const failure = failureOf(error);
        if (failure?.limitedFor !== undefined) {
          const seconds = failure.limitedFor;
          if (waited + seconds > longestWait) throw giveUp(usedUp(seconds));
          waited += seconds;
          report(`GitHub's rate limit is reached; going on in ${seconds} s.`);
          await pause(seconds * 1000);
        } else if (failure && isPassing(failure) && attempt < ATTEMPTS) {
          await pause(1000 * 2 ** (attempt - 1));
        } else {
          throw error;
        }
      }
    }
  };
}

/** Reads what octokit throws; nothing where the error is not a failed call. */
export function failureOf(error: unknown): Failure | undefined {
  const read = requestError.safeParse(error);
  if (!read.success) return undefined;
  const { status, message, response } = read.data;
  if (!response) return { status: 0, message, limitedFor: undefined };
  const said = answer.safeParse(response.data).data?.message ?? `${status}`;
  return { status, message: said, limitedFor: limit(status, said, response.headers) };
}

/** GitHub's own failures, and calls that never got there. */
export function isPassing({ status }: Failure): boolean {
  return status === 0 || status >= 500;
}

function limit(
  status: number,
  message: string,
  headers: Readonly<Record<string, string | number | undefined>>,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  if (headers["retry-after"] !== undefined) return Math.max(1, Number(headers["retry-after"]) || 0);
  if (String(headers["x-ratelimit-remaining"]) === "0") {
    const reset = Number(headers["x-ratelimit-reset"]) - Date.now() / 1000;
    return Math.max(1, Math.ceil(reset) || SECONDARY_LIMIT);
  }
  return status === 429 || /secondary rate limit/i.test(message) ? SECONDARY_LIMIT : undefined;
}

function usedUp(seconds: number): UsedUp {
  const until = new Date(Date.now() + seconds * 1000).toISOString().slice(11, 16);
  return { minutes: Math.ceil(seconds / 60), until };
}
