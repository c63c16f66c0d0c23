import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type LocalProxy, listening } from "./local-proxy.ts";

/** What happens to a request instead of its answer. `lost` and `late` requests are carried out. */
export type Failing = "429" | "500" | "late" | "dropped" | "lost" | "secondary limit" | "502";

/** Decides which requests fail; the same seed gives the same sequence. */
export class Faults {
  #state = 0;
  #share = 0;
  #kinds: readonly Failing[] = [];
  readonly seen: Failing[] = [];

  /** Lets this share of requests fail from now on. */
  start(seed: number, share: number, kinds: readonly Failing[]): void {
    this.#state = seed;
    this.#share = share;
    this.#kinds = kinds;
  }

  stop(): void {
    this.#share = 0;
  }

  next(): Failing | undefined {
    if (this.#share === 0 || this.#random() >= this.#share) return undefined;
    const failing = this.#kinds[Math.floor(this.#random() * this.#kinds.length)];
    if (failing !== undefined) this.seen.push(failing);
    return failing;
  }

  /** The generator mulberry32: 0 to 1. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** How long a request hangs before the API server would give it up; its own limit is a minute. */
const HANGS = 1_000;

/** Starts a proxy whose requests fail as {@link Faults} says. */
export async function faultyProxy(upstream: string, faults: Faults): Promise<LocalProxy> {
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const failing = faults.next();
    if (failing === undefined) return pass(upstream, incoming, chunks, outgoing);
    if (failing === "dropped") return void outgoing.destroy();
    if (failing === "lost" || failing === "late") await carriedOut(upstream, incoming, chunks);
    if (failing === "lost") return void outgoing.destroy();
    if (failing === "late") await pause(HANGS);
    answer(outgoing, failing);
  });
  return listening(server);
}

function pass(
  upstream: string,
  incoming: IncomingMessage,
  body: readonly Buffer[],
  outgoing: ServerResponse,
): void {
  const onward = send(upstream, incoming, (received) => {
    outgoing.writeHead(received.statusCode ?? 502, received.headers);
    received.pipe(outgoing);
  });
  onward.on("error", (error) => outgoing.destroy(error));
  outgoing.on("close", () => onward.destroy());
  onward.end(Buffer.concat(body));
}

/** Sends a request and discards its answer. A watch has no end, so it is not sent. */
function carriedOut(upstream: string, incoming: IncomingMessage, body: readonly Buffer[]): Promise<void> {
  if (incoming.url?.includes("watch=")) return Promise.resolve();
  return new Promise((resolve) => {
    const onward = send(upstream, incoming, (received) => received.resume().on("end", resolve));
    onward.on("error", () => resolve());
    onward.end(Buffer.concat(body));
  });
}

function send(
  upstream: string,
  { url = "/", method, headers }: IncomingMessage,
  answered: (got: IncomingMessage) => void,
) {
  const target = new URL(url, upstream);
  return request(target, { method, headers: { ...headers, host: target.host } }, answered);
}

/** Answers in the form of the API server, and of GitHub. */
function answer(outgoing: ServerResponse, failing: Exclude<Failing, "dropped" | "lost">): void {
  const status = (code: number, reason: string, message: string) =>
    JSON.stringify({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      code,
      reason,
      message,
    });
  const answers = {
    429: [
      429,
      { "retry-after": "1" },
      status(429, "TooManyRequests", "too many requests, please try again later"),
    ],
    500: [500, {}, status(500, "InternalError", "Internal error occurred: a planted fault")],
    late: [504, {}, status(504, "Timeout", "Timeout: request did not complete within the allotted timeout")],
    502: [502, {}, JSON.stringify({ message: "Server Error" })],
    "secondary limit": [
      403,
      { "retry-after": "1" },
      JSON.stringify({
        message:
          "You have exceeded a secondary rate limit and have been temporarily blocked from content creation.",
        documentation_url: "https://docs.github.com/rest#secondary-rate-limits",
      }),
    ],
  } as const;
  const [code, headers, text] = answers[failing];
  outgoing.writeHead(code, { "content-type": "application/json", ...headers }).end(text);
}
