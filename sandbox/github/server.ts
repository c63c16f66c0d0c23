import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import type { Backend } from "./backend.ts";
import { Deliveries } from "./deliveries.ts";
import { type Fault, Faults } from "./faults.ts";
import { type Limits, RateLimits } from "./limits.ts";
import { Repositories, type RepositorySeed } from "./repositories.ts";
import { type LoggedRequest, RequestLog } from "./request-log.ts";
import { State, type StoredHook } from "./state.ts";
import { Threads } from "./threads.ts";

/** A webhook as a test looks at it: whether there is a secret, never which. */
export type Hook = Omit<StoredHook, "secret"> & { readonly hasSecret: boolean };

/** How to start a local GitHub. */
export interface LocalGitHubOptions {
  /** Where it keeps everything; made if need be. One server at a time may use it. */
  readonly directory: string;
  /** The only token that it accepts, but for the next. */
  readonly token: string;
  /** A second one, as a workflow has it: it belongs to no user and writes as `github-actions[bot]`. @default none */
  readonly workflowToken?: string;
  /** The organization that it plays. */
  readonly owner: string;
  /** What it serves. */
  readonly repositories: readonly RepositorySeed[];
  /** The limits to enforce. @default none */
  readonly limits?: Limits;
  /** The clock of the limits, in milliseconds since 1970. @default the machine's */
  readonly now?: () => number;
  /** Faults that are on from the start. */
  readonly faults?: readonly Fault[];
  /**
   * The origin that all deliveries are sent to, the path of each hook kept: `http://127.0.0.1:PORT`.
   * @default hooks whose address is on this machine get theirs; those of others fail without being called
   */
  readonly deliverTo?: string;
  /** How long a listener has to answer, in milliseconds. @default 10000, as at GitHub */
  readonly deliveryTimeout?: number;
  /** Takes one line for each call that it cannot answer. @default nobody reads them */
  readonly log?: (line: string) => void;
}

/** A local GitHub that listens. */
export interface LocalGitHub {
  /** `http://127.0.0.1:PORT`: the API is here and below `/api/v3`; `git clone` takes `<url>/<owner>/<name>.git`. */
  readonly url: string;
  /** What the `baseUrl` of the GitHub provider wants; the provider adds `api/v3/` itself. */
  readonly baseUrl: string;
  /** The calls that were answered, oldest first. */
  requests(): readonly LoggedRequest[];
  /** The hooks of a repository (`owner/name`) or of the organization (`owner`), oldest first. */
  hooks(scope: string): readonly Hook[];
  /** Resolves when nothing is on its way to any hook. */
  deliveriesSettled(): Promise<void>;
  /** Issues, and the comments of issues and pull requests: what a test has others write there. */
  readonly threads: Threads;
  /** What goes wrong on purpose. */
  readonly faults: Faults;
  /** The limits that are enforced. */
  readonly limits: RateLimits;
  /** Stops listening, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/**
 * Starts a local GitHub on the loopback address.
 *
 * @throws Error in plain words where the token is empty, or a name is none
 */
export async function startLocalGitHub(options: LocalGitHubOptions): Promise<LocalGitHub> {
  if (options.token === "")
    throw new Error("The local GitHub needs a token to accept. Give one that is not empty.");
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const state = new State();
  const repositories = await Repositories.open(options.directory, state, options.repositories);
  const faults = new Faults(options.faults);
  const limits = new RateLimits(options.limits, options.now);
  const requests = new RequestLog();
  const ending = new AbortController();
  const log = options.log ?? (() => undefined);
  const deliveries = new Deliveries({
    deliverTo: options.deliverTo,
    timeout: options.deliveryTimeout ?? 10_000,
    log,
    ending: ending.signal,
  });
  const threads = new Threads(state);
  let url = "";
  const { owner } = options;
  const backend: Backend = { owner, repositories, state, faults, deliveries, threads, origin: () => url };
  const app = createApp(backend, {
    tokens: options,
    limits,
    requests,
    log,
    ending: ending.signal,
  });
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });
  url = `http://127.0.0.1:${await listen(server)}`;

  let stopped: Promise<void> | undefined;
  const stop = async () => {
    const closed = once(server, "close");
    server.close();
    ending.abort();
    if ("closeAllConnections" in server) server.closeAllConnections();
    await closed;
    await deliveries.settled();
    await repositories.close();
  };
  return {
    url,
    baseUrl: `${url}/`,
    requests: () => requests.list(),
    hooks: (scope) =>
      state.hooks(scope).map(({ secret, ...hook }) => ({ ...hook, hasSecret: secret !== undefined })),
    deliveriesSettled: async () => await deliveries.settled(),
    threads,
    faults,
    limits,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** @returns the port, any that was free */
async function listen(server: ReturnType<typeof createAdaptorServer>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
