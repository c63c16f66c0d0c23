import type { components } from "@octokit/openapi-types";
import type { Hono } from "hono";
import type { Deliveries } from "./deliveries.ts";
import type { Faults } from "./faults.ts";
import type { Repositories } from "./repositories.ts";
import type { State } from "./state.ts";
import type { Threads } from "./threads.ts";

/** What every room of the local GitHub works on. */
export interface Backend {
  /** The organization that it plays. */
  readonly owner: string;
  readonly repositories: Repositories;
  readonly state: State;
  readonly faults: Faults;
  readonly deliveries: Deliveries;
  readonly threads: Threads;
  /** Where it listens: `http://127.0.0.1:PORT`, without a slash. Known once it listens. */
  origin(): string;
}

/** What the authentication leaves for the rooms behind it. */
export interface Env {
  Variables: {
    /** The login that a call writes as. */
    author: string;
  };
}

/** What GitHub documents of its answers: what one lacks of it, or has in another type, does not compile. */
export type Documented = components["schemas"];

/** A group of routes. */
export type Routes = Hono<Env>;

/** The address of a resource in answers, under the base path that a GitHub Enterprise Server has. */
export function apiUrl(backend: Backend, path: string): string {
  return `${backend.origin()}/api/v3${path}`;
}

/** GitHub's opaque id of an object. */
export function nodeId(type: string, id: string | number): string {
  return Buffer.from(`${type}:${id}`).toString("base64url");
}
