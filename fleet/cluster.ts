import { Agent, type RequestOptions } from "node:https";
import { createSecureContext } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { type ApiAnswer, exchange, parsedBody } from "../components/api-server.ts";
import { kubeConfig } from "../components/kube-config.ts";
import { listed } from "../model/diagnostics.ts";
import type { Plan } from "../model/plan.ts";
import { NoAnswer, type Repeatable, repeated } from "./cluster-retries.ts";
import { FleetError } from "./fleet-error.ts";
import { takeItems } from "./list-items.ts";

/** The identity of a request, if it is not the kubeconfig's user. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** A request, with its path on the API server and the query. */
export interface ClusterRequest extends Repeatable {
  readonly body?: object;
  /** Impersonates this identity. The caller needs the verb `impersonate` on the user and on each group. */
  readonly as?: Identity;
  /** Gets each item of the list in a response of 200, in order. The body of the answer then has none. */
  readonly take?: (item: unknown) => void;
}

export interface ClusterAnswer {
  readonly status: number;
  /** The parsed body of any type. */
  readonly body: unknown;
}

/** A cluster's API server. The generated client cannot send several `Impersonate-Group` headers; this one can. */
export interface Cluster {
  readonly context: string;
  readonly server: string;
  /**
   * Returns any status. Temporary failures are retried ({@link repeated}).
   * @throws FleetError if the API server cannot be reached, does not authenticate the caller, or a read keeps failing
   */
  send(request: ClusterRequest): Promise<ClusterAnswer>;
  close(): void;
}

/**
 * Opens the cluster of a kubeconfig's context.
 * @param options.kubeconfig a file, with ~ for the home folder; default: KUBECONFIG or the usual place
 * @param options.context default: the cluster of the pod in which the command runs
 * @throws FleetError if the file or the context is missing, or if this is no pod
 */
export async function openCluster(options: {
  kubeconfig?: string | undefined;
  context: string | undefined;
}): Promise<Cluster> {
  const config = await loadConfig(options);
  const { currentContext: context } = config;
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new FleetError(`The context ${JSON.stringify(context)} of the kubeconfig has no cluster.`);
  const server = URL.parse(cluster.server);
  if (server?.protocol !== "https:" && server?.protocol !== "http:")
    throw new FleetError(
      `The kubeconfig has no https address for the cluster of context ${JSON.stringify(context)}. Write its server as https://<host>:<port>.`,
    );
  const connection = connect(config, server, cluster.proxyUrl !== undefined);
  return { context, server: cluster.server, ...connection };
}

/** The caller's options instead of a stack's own kubeconfig and context. */
export interface ClusterChoice {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

/**
 * Opens the cluster of a stack.
 * @param plan undefined if only the caller's options lead to the cluster
 * @throws FleetError as {@link openCluster}
 */
export function openClusterOf(
  plan: Pick<Plan, "cluster"> | undefined,
  { context, kubeconfig }: ClusterChoice,
): Promise<Cluster> {
  return openCluster({
    kubeconfig: kubeconfig ?? plan?.cluster.kubeconfig,
    context: context ?? plan?.cluster.context,
  });
}

/** Reads the kubeconfig as the program does, with an error for each way that it can be wrong. */
async function loadConfig(options: Parameters<typeof openCluster>[0]): Promise<KubeConfig> {
  const { context } = options;
  if (context === undefined && !process.env.KUBERNETES_SERVICE_HOST)
    throw new FleetError(
      "The stack names no context of a kubeconfig, and this is no pod. Name one with --context.",
    );
  const config = await kubeConfig(options).catch((error: Error) => {
    const [why] = error.message.split("\n");
    throw new FleetError(`The kubeconfig cannot be read: ${why}. Name it with --kubeconfig.`);
  });
  const contexts = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !contexts.includes(context))
    throw new FleetError(
      `The kubeconfig has no context ${JSON.stringify(context)} (it has: ${listed(contexts)}). Name one with --context, or another file with --kubeconfig.`,
    );
  return config;
}

function connect(config: KubeConfig, server: URL, proxied: boolean): Pick<Cluster, "send" | "close"> {
  let kept: Agent | undefined;
  let wasReached = false;
  const once = async (request: ClusterRequest): Promise<ApiAnswer> => {
    const options: RequestOptions = {};
    try {
      // Repeated for each request, because tokens of exec plugins expire during a long audit.
      await config.applyToHTTPSOptions(options);
      if (!proxied && server.protocol === "https:") {
        kept ??= agentOf(options);
        options.agent = kept;
      }
    } catch (error) {
      const user = JSON.stringify(config.getCurrentUser()?.name);
      throw new FleetError(
        `The kubeconfig's user ${user} cannot be used: ${reasonOf(error)}. Correct it, or name another context.`,
      );
    }
    const answer = await sent(server, request, options, wasReached);
    wasReached = true;
    return answer;
  };
  const send = async (request: ClusterRequest): Promise<ClusterAnswer> => {
    const { status, bytes } = await repeated(request, () => once(request));
    if (status === 401)
      throw new FleetError(
        `${server.origin} rejects the credentials (401): check the kubeconfig's credentials.`,
      );
    const rest = request.take && status === 200 ? takeItems(bytes, request.take) : bytes.toString();
    return { status, body: parsedBody(rest) };
  };
  return { send, close: () => kept?.destroy() };
}

/** Keeps connections for further requests. @throws Error if a certificate cannot be used */
function agentOf({ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername }: RequestOptions): Agent {
  const credentials = definedOnly({ ca, cert, key, pfx, passphrase });
  createSecureContext(credentials);
  return new Agent({ ...credentials, ...definedOnly({ servername, rejectUnauthorized }), keepAlive: true });
}

/**
 * The reason of a failure, such as a missing file. The output of an exec plugin is not shown, because it may
 * contain a token.
 */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError || (error instanceof TypeError && !("code" in error)))
    return "its exec plugin does not print an ExecCredential as JSON";
  const [first = ""] = (error as Error).message.trim().split("\n");
  return first || "its exec plugin failed without a message";
}

/** Nobody listens there. Once the API server was reached, it may be restarting. */
const NOT_THERE = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH"];
/** The connection was there, and broke. */
const BROKEN = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"];

async function sent(
  server: URL,
  { method, path, body, as }: ClusterRequest,
  options: RequestOptions,
  wasReached: boolean,
): Promise<ApiAnswer> {
  const headers = as && { "impersonate-user": as.user, "impersonate-group": [...as.groups] };
  const request = { method, path, ...(body && { body }), ...(headers && { headers }) };
  return exchange(server, request, options).catch((error: Error & { code?: string }) => {
    const { code = "" } = error;
    const why = error.message === "" ? code || "no reason given" : error.message;
    throw new NoAnswer(server.origin, why, BROKEN.includes(code) || (wasReached && NOT_THERE.includes(code)));
  });
}

function definedOnly<Value>(fields: Record<string, Value | undefined>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

/** The message of the API server. */
export function messageOf({ body }: ClusterAnswer): string {
  return body !== null && typeof body === "object" && "message" in body ? String(body.message) : "no message";
}
