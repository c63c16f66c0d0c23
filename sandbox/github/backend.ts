import type { components } from "@octokit/openapi-types";
import type { Hono } from "hono";
import type { Tokens } from "./authentication.ts";
import type { Deliveries } from "./deliveries.ts";
import type { Faults } from "./faults.ts";
import type { InstallationTokens } from "./installed-app.ts";
import type { RateLimits } from "./limits.ts";
import type { Repositories } from "./repositories.ts";
import type { LoggedRequest } from "./server.ts";
import type { State } from "./state.ts";
import type { Threads } from "./threads.ts";

/** The state that all routes of the local GitHub share. */
export interface Backend {
  /** The organization of the local GitHub. */
  readonly owner: string;
  readonly repositories: Repositories;
  readonly state: State;
  readonly faults: Faults;
  readonly deliveries: Deliveries;
  readonly threads: Threads;
  readonly tokens: Tokens;
  /** Where an App gets its tokens. */
  readonly installation: InstallationTokens;
  readonly limits: RateLimits;
  /** The last answered calls, oldest first. */
  readonly requests: LoggedRequest[];
  /** Logs one line about a call that this server cannot answer. */
  readonly log: (line: string) => void;
  /** Aborts when the server stops. */
  readonly ending: AbortSignal;
  /** The server's address without a trailing slash: `http://127.0.0.1:PORT`. Only available after it listens. */
  origin(): string;
}

/** The values that the authentication passes to the routes. */
export interface Env {
  Variables: {
    /** The login of the caller. */
    author: string;
  };
}

/** GitHub's documented response types. The compiler checks our responses against them. */
export type Documented = components["schemas"];

/** A group of routes. */
export type Routes = Hono<Env>;

/** The API address of a resource in responses, below the base path of GitHub Enterprise Server. */
export function apiUrl(backend: Backend, path: string): string {
  return `${backend.origin()}/api/v3${path}`;
}

/** GitHub's node id of an object. */
export function nodeId(type: string, id: string | number): string {
  return Buffer.from(`${type}:${id}`).toString("base64url");
}
