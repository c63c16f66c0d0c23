import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { parse } from "yaml";
import { SandboxError } from "./sandbox-error.ts";

/** The address of an API server and the credentials for it. */
export interface Connection {
  readonly url: string;
  readonly token: string;
  /** The CA certificate of the server, as PEM. */
  readonly authority: string;
}

/** A response of the API server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The server's Retry-After, in seconds. */
  readonly retryAfter?: number;
}

/** A Kubernetes API server, called over HTTP with unparsed files. */
export interface KubernetesApi {
  /** @throws Error if the connection fails; any HTTP status is an answer */
  send(method: string, path: string, body?: { type: string; text: string }): Promise<Answer>;
  /** The object at a path. @throws SandboxError for a status other than 2xx, with the server's message */
  get(path: string): Promise<unknown>;
  /** Applies one object server-side. @throws SandboxError with the server's message */
  apply(path: string, text: string): Promise<void>;
  /**
   * Creates an object, or applies it if it exists. A create is quicker: applying a large definition takes seconds.
   */
  install(collection: string, name: string, text: string): Promise<void>;
  /** Closes the kept-alive connections. */
  close(): void;
}

/** The field manager of what the sandbox itself applies. */
const FIELD_MANAGER = "kargo-fleet-sandbox";

/** Connects to an API server. `limit` is how long it may stay silent during one call, in milliseconds. */
export function kubernetesApi(connection: Connection, limit = 30_000): KubernetesApi {
  const agent = new Agent({ ca: connection.authority, keepAlive: true, maxSockets: 8 });
  const send: KubernetesApi["send"] = (method, path, body) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = {
      accept: "application/json",
      authorization: `Bearer ${connection.token}`,
      ...(body === undefined ? {} : { "content-type": body.type }),
    };
    const call = request(
      new URL(path, connection.url),
      { method, agent, headers, timeout: limit },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        const seconds = Number(response.headers["retry-after"]);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(parts).toString(),
            ...(Number.isFinite(seconds) && { retryAfter: seconds }),
          }),
        );
        response.on("error", reject);
      },
    );
    call.on("timeout", () => call.destroy(new Error(`${connection.url} did not answer within ${limit} ms`)));
    call.on("error", reject);
    call.end(body?.text);
    return promise;
  };
  const demand = async (what: string, answer: Answer): Promise<unknown> => {
    if (answer.status >= 200 && answer.status < 300) {
      return JSON.parse(answer.text);
    }
    throw new SandboxError(`The API server refused ${what} (${answer.status}): ${messageOf(answer.text)}`);
  };
  const apply: KubernetesApi["apply"] = async (path, text) => {
    const query = `fieldManager=${FIELD_MANAGER}&force=true`;
    const body = { type: "application/apply-patch+yaml", text };
    const answer = await retryWhileBusy(() => send("PATCH", `${path}?${query}`, body));
    await demand(`to apply ${path}`, answer);
  };
  return {
    send,
    get: async (path) => demand(`to show ${path}`, await retryWhileBusy(() => send("GET", path))),
    apply,
    install: async (collection, name, text) => {
      const body = { type: "application/json", text };
      const answer = await retryWhileBusy(() =>
        send("POST", `${collection}?fieldManager=${FIELD_MANAGER}`, body),
      );
      if (answer.status === 409) return apply(`${collection}/${name}`, text);
      await demand(`to make ${name}`, answer);
    },
    close: () => agent.destroy(),
  };
}

/** The statuses of a busy API server: 429 after a definition was installed, 504 if a large one took too long. */
const BUSY = [429, 503, 504];

/**
 * Repeats a call while the server is busy. All repeated calls are safe to repeat.
 * @param limit milliseconds after which the last answer is returned
 */
export async function retryWhileBusy(call: () => Promise<Answer>, limit = 120_000): Promise<Answer> {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await call();
    const pause = (answer.retryAfter ?? 1) * 1_000;
    if (!BUSY.includes(answer.status) || Date.now() + pause > end) return answer;
    await delay(pause);
  }
}

/** Reads the connection from a kubeconfig of the sandbox. */
export async function connectionOf(kubeconfig: string): Promise<Connection> {
  const { clusters, users } = parse(await readFile(kubeconfig, "utf8")) as {
    clusters: readonly { cluster: { server: string; "certificate-authority-data": string } }[];
    users: readonly { user: { token: string } }[];
  };
  const cluster = clusters[0]?.cluster;
  const token = users[0]?.user.token;
  if (cluster === undefined || token === undefined) {
    throw new SandboxError(
      `${kubeconfig} has no cluster or no user. Start again after: npm run sandbox:down`,
    );
  }
  const authority = Buffer.from(cluster["certificate-authority-data"], "base64").toString();
  return { url: cluster.server, token, authority };
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
