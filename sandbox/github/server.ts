import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { createApp } from "./app.ts";
import type { Backend } from "./backend.ts";
import { Deliveries } from "./deliveries.ts";
import { type Fault, Faults } from "./faults.ts";
import { InstallationTokens, type InstalledApp } from "./installed-app.ts";
import { type Limits, RateLimits } from "./limits.ts";
import { Repositories, type RepositorySeed } from "./repositories.ts";
import { State, type StoredHook } from "./state.ts";
import { Threads } from "./threads.ts";

/** One answered call. `path` includes the query, but not the base path. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** A webhook for tests. It shows whether there is a secret, but not the secret. */
export type Hook = Omit<StoredHook, "secret"> & { readonly hasSecret: boolean };

/** Options of a local GitHub. */
export interface LocalGitHubOptions {
  /** The folder for all data; it is created if missing. Only one server may use it. */
  readonly directory: string;
  /** The accepted token. */
  readonly token: string;
  /** The token of a workflow. It belongs to no user and writes as `github-actions[bot]`. @default none */
  readonly workflowToken?: string;
  /** A GitHub App whose installation tokens it accepts. @default none */
  readonly installedApp?: InstalledApp;
  /** The organization of the local GitHub. */
  readonly owner: string;
  /** The repositories to serve. */
  readonly repositories: readonly RepositorySeed[];
  /** The limits to enforce. @default none */
  readonly limits?: Limits;
  /** The clock of the limits, in milliseconds since 1970. @default the machine's */
  readonly now?: () => number;
  /** The initial faults. */
  readonly faults?: readonly Fault[];
  /**
   * The origin to which all deliveries are sent, with each hook's path: `http://127.0.0.1:PORT`.
   * @default deliveries go to hooks on this machine; deliveries to other addresses fail without a call
   */
  readonly deliverTo?: string;
  /** How long a listener may take to answer, in milliseconds. @default 10000, as on GitHub */
  readonly deliveryTimeout?: number;
  /** Logs one line for each call that it cannot answer. @default no log */
  readonly log?: (line: string) => void;
}

/** A running local GitHub. */
export interface LocalGitHub {
  /** `http://127.0.0.1:PORT`: serves the API, also below `/api/v3`, and `<url>/<owner>/<name>.git` for Git. */
  readonly url: string;
  /** The `baseUrl` for the GitHub provider, which adds `api/v3/` itself. */
  readonly baseUrl: string;
  /** The answered calls, oldest first. */
  requests(): readonly LoggedRequest[];
  /** The hooks of a repository (`owner/name`) or of the organization (`owner`), oldest first. */
  hooks(scope: string): readonly Hook[];
  /** Resolves when no delivery is pending. */
  deliveriesSettled(): Promise<void>;
  /** Issues and comments, for tests that write as other users. */
  readonly threads: Threads;
  /** The active faults. */
  readonly faults: Faults;
  /** The enforced limits. */
  readonly limits: RateLimits;
  /** Stops listening, and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/**
 * Starts a local GitHub on the loopback address.
 * @throws Error if the token is empty or a name is invalid
 */
export async function startLocalGitHub(options: LocalGitHubOptions): Promise<LocalGitHub> {
  if (options.token === "") throw new Error("The local GitHub needs a token that is not empty.");
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const state = new State();
  const ending = new AbortController();
  const log = options.log ?? (() => undefined);
  const installation = new InstallationTokens(options.installedApp, options.now);
  let url = "";
  const origin = () => url;
  const backend: Backend = {
    owner: options.owner,
    repositories: await Repositories.open(options.directory, state, options.repositories, origin),
    state,
    faults: new Faults(options.faults),
    deliveries: new Deliveries({
      deliverTo: options.deliverTo,
      timeout: options.deliveryTimeout ?? 10_000,
      log,
      ending: ending.signal,
    }),
    threads: new Threads(state),
    tokens: { ...options, installation },
    installation,
    limits: new RateLimits(options.limits, options.now),
    requests: [],
    log,
    ending: ending.signal,
    origin,
  };
  const { repositories, faults, deliveries, threads, limits } = backend;
  const app = createApp(backend);
  // Node would close idle connections after 5 s, just when a client may be sending a call that it must not repeat.
  const serverOptions = { keepAliveTimeout: 0 };
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false, serverOptions });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

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
    requests: () => [...backend.requests],
    hooks: (scope) =>
      [...state.hooks(scope).values()].map(({ secret, ...hook }) => ({
        ...hook,
        hasSecret: secret !== undefined,
      })),
    deliveriesSettled: () => deliveries.settled(),
    threads,
    faults,
    limits,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
