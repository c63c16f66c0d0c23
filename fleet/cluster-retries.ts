import { setTimeout as pause } from "node:timers/promises";
import type { ApiAnswer, ApiRequest } from "../components/api-server.ts";
import { FleetError } from "./fleet-error.ts";

/** The parts of a request that decide whether it may be repeated. */
export interface Repeatable extends Pick<ApiRequest, "method" | "path"> {
  /** @default 6 */
  readonly attempts?: number;
}

/** There was no complete answer: a dropped connection, or none within the limit. */
export class NoAnswer extends FleetError {
  readonly why: string;
  /** Whether the same may succeed a moment later. */
  readonly passing: boolean;

  constructor(server: string, why: string, passing: boolean) {
    super(`The API server ${server} cannot be reached: ${why}. Is it up, and is it the right context?`);
    this.why = why;
    this.passing = passing;
  }
}

const ATTEMPTS = 6;
/** Answers of an API server, or of what stands before it, that say nothing about the request. */
const PASSING: readonly number[] = [429, 500, 502, 503, 504];
/** The longest pause that the API server did not ask for, in seconds. */
const LONGEST = 4;

/**
 * The only place where requests to the API server are repeated: after 429 any request, because none was carried out;
 * after 500, 502, 503, 504, a dropped connection or a timeout only requests that change nothing. Six attempts
 * take 12 s, if the API server does not ask for more.
 * @param second its length in milliseconds; tests shorten it
 * @returns the answer, whatever its status if the request was not a GET
 * @throws FleetError with the object's path, the last answer and the fix, if a GET has no other answer
 */
export async function repeated(
  { method, path, attempts = ATTEMPTS }: Repeatable,
  send: () => Promise<ApiAnswer>,
  second = 1000,
): Promise<ApiAnswer> {
  const harmless = changesNothing(method, path);
  for (let attempt = 1; ; attempt++) {
    const answer = await send().catch((error: unknown) => {
      if (error instanceof NoAnswer && error.passing && harmless) return error;
      throw error;
    });
    const isLast = attempt >= attempts;
    if (answer instanceof NoAnswer) {
      if (isLast) throw givenUp(path, attempt, `none (${answer.why})`);
    } else {
      const again = answer.status === 429 || (harmless && PASSING.includes(answer.status));
      if (!again || (isLast && method !== "GET")) return answer;
      if (isLast) throw givenUp(path, attempt, `${answer.status}: ${messageIn(answer.bytes.toString())}`);
    }
    const asked = answer instanceof NoAnswer ? undefined : answer.retryAfter;
    await pause((asked ?? Math.min(LONGEST, 2 ** (attempt - 2))) * second);
  }
}

/** Reads, reviews of rights, and dry runs. */
function changesNothing(method: Repeatable["method"], path: string): boolean {
  if (method === "GET" || path.includes("dryRun=All")) return true;
  return method === "POST" && /^\/apis\/auth(entication|orization)\.k8s\.io\//.test(path);
}

function givenUp(path: string, attempts: number, last: string): FleetError {
  const [object] = path.split("?");
  return new FleetError(
    `The API server could not serve ${object} in ${attempts} attempts; the last answer was ${last.replace(/\.$/, "")}. Run the command again when the API server works.`,
  );
}

function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === "string") return message;
  } catch {
    // A proxy's page is no JSON.
  }
  return text.trim().split("\n")[0]?.slice(0, 200) || "no message";
}
