import { createInterface } from "node:readline";
import { execa } from "execa";
import type { ClusterObjects } from "../../../test/argo-events-objects.ts";
import { TOOLCHAIN_TIMEOUT } from "../../../test/engine/control-plane.ts";
import type { Workflow as StoredWorkflow } from "../../push.ts";
import { ensurePrograms } from "../../toolchain/for-tests.ts";

/** A request from GitHub. The body is bytes, because they are signed. */
export interface Delivery {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** The result of a delivery at one trigger. */
export interface Outcome {
  readonly sensor: string;
  readonly trigger: string;
  readonly result: "created" | "sent" | "filtered" | "failed" | "dead";
  readonly why?: string;
  /** The object that the trigger sends to the API server. */
  readonly object?: Workflow;
  /** The request that an HTTP trigger sends. */
  readonly sent?: SentRequest;
}

/** A request with the values of its Secrets. */
interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

/** What an EventSource that watches objects gets to see. */
export interface Seen {
  /** The objects that are there when it starts. */
  readonly before?: readonly object[];
  /** What an API server then says about others. */
  readonly changes: readonly { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: object }[];
  /** The uid of the last object, which must pass the filter of the EventSource. */
  readonly last: string;
  /** The events of calendars whose time has come; then nothing else is seen. */
  readonly ticks?: readonly string[];
  /** The status with which receivers answer. */
  readonly answer: number;
}

/** The parts of a Workflow that the tests check. */
export type Workflow = StoredWorkflow & { readonly kind: string };

/** The answer of Argo Events' code to a delivery and the results of its triggers, or why the code does not run. */
export interface Evaluation {
  readonly refused?: string;
  readonly status?: number;
  readonly outcomes: readonly Outcome[];
}

/**
 * Starts Argo Events' code without an API server for the tests of the surrounding `describe`.
 * @returns evaluates one delivery; every timestamp is 0
 */
export function argoEvents(): (objects: ClusterObjects, delivery: Delivery) => Promise<Evaluation> {
  const ask = question();
  return (objects, { body, ...delivery }) =>
    ask(objects, { ...delivery, body: Buffer.from(body).toString("base64") });
}

/** The same for what an EventSource sees at an API server. */
export function argoEventsWatching(): (objects: ClusterObjects, seen: Seen) => Promise<Evaluation> {
  const ask = question();
  return (objects, seen) => ask(objects, { seen });
}

function question(): (objects: ClusterObjects, asked: object) => Promise<Evaluation> {
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  let send = (_line: string) => {};
  let stop = async () => {};
  let known: ClusterObjects | undefined;
  before(async function () {
    this.timeout(TOOLCHAIN_TIMEOUT);
    const { "sandbox-argo-events": path } = await ensurePrograms(["sandbox-argo-events"], { quiet: true });
    const program = execa(path, ["--ask"], { buffer: false });
    program.stderr.resume();
    createInterface(program.stdout).on("line", (line) => waiting.shift()?.resolve(line));
    const ended = program.catch((error: Error) => {
      for (const { reject } of waiting.splice(0)) reject(error);
    });
    send = (line) => program.stdin.write(line);
    stop = async () => {
      program.stdin.end();
      await ended;
    };
  });
  after(() => stop());
  return async (objects, asked) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    waiting.push({ resolve, reject });
    send(`${JSON.stringify(objects === known ? asked : { ...asked, objects })}\n`);
    known = objects;
    const time = /("events\.argoproj\.io\/action-timestamp":)"\d+"/g;
    return JSON.parse((await promise).replace(time, '$1"0"')) as Evaluation;
  };
}
