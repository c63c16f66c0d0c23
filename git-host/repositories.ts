import type { RepositoryAnswer } from "../model/obstacles.ts";
import { githubHooksAt } from "./github/hook-list.ts";
import { githubRepositories } from "./github/repositories.ts";

/** Asks the Git host about repositories. It uses the program's token. */
export interface Repositories {
  /** Whether a hook can be created there. @param url of the hook; undefined if the service has none */
  hookAnswer(repository: string, url: string | undefined): Promise<RepositoryAnswer>;
  /** Whether a hook exists that the token may change; `undefined` if the host did not answer. */
  hasHook(repository: string, url: string): Promise<boolean | undefined>;
}

/** The answers without a token: everything is unknown. */
export const NO_REPOSITORIES: Repositories = {
  hookAnswer: async () => "unknown",
  hasHook: async () => undefined,
};

/** A hook that exists. */
export interface ExistingHook {
  /** Its id at the host. */
  readonly id: string;
  /** The id with which Pulumi imports it. */
  readonly importId: string;
  readonly url?: string | undefined;
  readonly active: boolean;
  readonly events: readonly string[];
}

/** A call that failed for good: the HTTP status, 0 without an answer, and the host's words. */
export interface FailedCall {
  readonly status: number;
  readonly message: string;
}

/** Opens the Git host in use at a web address, to ask about repositories. */
export const repositoriesOf = githubRepositories satisfies (...args: never[]) => Repositories;

/** Opens the Git host in use at a web address, to list the hooks of `acme/nginx` or of the organization `acme`. */
export const hooksAt = githubHooksAt satisfies (
  ...args: never[]
) => (place: string, refuse: (failure: FailedCall) => Error) => Promise<readonly ExistingHook[]>;
