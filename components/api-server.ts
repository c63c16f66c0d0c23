import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as secureRequest } from "node:https";
import type { ClusterPlan } from "../model/plan.ts";
import { kubeConfig } from "./kube-config.ts";

/** A request to an API server. A PATCH is a merge patch. */
export interface ApiRequest {
  readonly method: "DELETE" | "GET" | "PATCH" | "POST";
  /** With its query. */
  readonly path: string;
  readonly body?: object;
  /** Sent in addition to those of the kubeconfig. */
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** What an API server answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly bytes: Buffer;
  /** How long it asks to wait, in seconds. */
  readonly retryAfter?: number | undefined;
}

/** The time limit of one request in milliseconds. */
const LIMIT = 30_000;

/**
 * Sends a request with Node alone. The generated client has a file for each type of Kubernetes: loading it takes half a
 * second.
 * @param options the credentials and the agent
 * @throws Error without a complete answer, with Node's `code`; after 30 seconds without data it is ETIMEDOUT
 */
export function exchange(
  server: URL,
  { method, path, body, headers }: ApiRequest,
  options: RequestOptions,
): Promise<ApiAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
  const receive = (response: IncomingMessage) => {
    const parts: Buffer[] = [];
    response.on("data", (part: Buffer) => parts.push(part));
    response.on("error", reject);
    response.on("end", () =>
      resolve({
        status: response.statusCode ?? 0,
        bytes: Buffer.concat(parts),
        retryAfter: Number(response.headers["retry-after"]) || undefined,
      }),
    );
  };
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  const call = (server.protocol === "http:" ? plainRequest : secureRequest)(
    new URL(`${server.pathname.replace(/\/$/, "")}${path}`, server),
    {
      ...options,
      method,
      headers: {
        ...options.headers,
        accept: "application/json",
        ...(body && { "content-type": type }),
        ...headers,
      },
      timeout: LIMIT,
    },
    receive,
  );
  call.on("timeout", () =>
    call.destroy(Object.assign(new Error(`no answer within ${LIMIT / 1000} s`), { code: "ETIMEDOUT" })),
  );
  call.on("error", reject);
  call.end(body && JSON.stringify(body));
  return promise;
}

/** Sends a request as the stack's identity. @returns any status, with the parsed body */
export type AskApiServer = (request: ApiRequest) => Promise<{ status: number; body: unknown }>;

/**
 * For a few questions of the program to the stack's cluster, which are not repeated.
 * @throws Error if the kubeconfig cannot be used
 */
export async function apiServerOf(
  cluster: Pick<ClusterPlan, "kubeconfig" | "context">,
): Promise<AskApiServer> {
  const config = await kubeConfig(cluster);
  const server = new URL(config.getCurrentCluster()?.server ?? "");
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return async (request) => {
    const { status, bytes } = await exchange(server, request, options);
    return { status, body: parsedBody(bytes.toString()) };
  };
}

/** @returns a body that is no JSON, such as a proxy's page, as `message` */
export function parsedBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim() };
  }
}
