import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ClusterObjects, type Evaluation, evaluate, type Outcome } from "./evaluate.ts";
import type { Delivery } from "./github-request.ts";
import { submit } from "./submissions.ts";

/** How to start a listener. */
export interface ListenerOptions {
  /** @default 0, any free port */
  readonly port?: number;
  /** What the cluster holds; asked at each delivery. */
  readonly objects: () => Promise<ClusterObjects>;
  /** The folder that takes a file for each object that a trigger creates. */
  readonly submissions: string;
  /** Takes a line for each thing that happens; no line tells anything of a payload or a secret. */
  readonly log: (line: string) => void;
}

/** A listener that listens. */
export interface Listener {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  stop(): Promise<void>;
}

/** GitHub sends no more, in bytes. */
const LARGEST = 25_000_000;

/**
 * Stands where Argo Events' pods would listen, on the loopback address: answers each delivery as they would, and writes
 * down what their triggers would create. What it cannot answer for, it answers with 500 and the reason.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: Error) => {
      options.log(`${request.method} ${pathOf(request)}: 500, nothing is known: ${error.message}`);
      reply(response, 500, `${error.message}\n`);
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ListenerOptions,
): Promise<void> {
  const delivery = await read(request);
  const evaluation = evaluate(await options.objects(), delivery);
  options.log(`${delivery.method} ${pathOf(request)}: ${evaluation.status} ${evaluation.text.trim()}`);
  // Before the answer, other than in a cluster: who has the answer finds what came of it.
  for (const line of await carryOut(evaluation, options.submissions)) options.log(`  ${line}`);
  reply(response, evaluation.status, evaluation.text);
}

async function carryOut({ event, outcomes }: Evaluation, folder: string): Promise<string[]> {
  const lines = await Promise.all(outcomes.map((outcome) => describe(outcome, folder)));
  return event !== undefined && lines.length === 0
    ? [`event ${event.name} of EventSource ${event.eventSource}: no trigger waits for it`]
    : lines;
}

async function describe(outcome: Outcome, folder: string): Promise<string> {
  const place = `Sensor ${outcome.sensor}, trigger ${outcome.trigger}`;
  if (outcome.result !== "created") return `${place}: ${outcome.result}: ${outcome.why}`;
  const { result, object, file } = await submit(folder, outcome);
  return result === "written"
    ? `${place}: ${object}, written to ${file}`
    : `${place}: ${object} exists already: refused, tried again, and given up in the end`;
}

async function read(request: IncomingMessage): Promise<Delivery> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST) throw new Error(`a delivery of more than ${LARGEST} bytes is none of GitHub's`);
    parts.push(part);
  }
  const { rawHeaders } = request;
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
  );
  return { method: request.method ?? "", path: request.url ?? "", headers, body: Buffer.concat(parts) };
}

function reply(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

/** Without its query, which could carry anything, and without what would break a line of the log. */
function pathOf({ url = "" }: IncomingMessage): string {
  return (url.split("?")[0] ?? "").replace(/[^\x21-\x7e]/g, "?");
}
