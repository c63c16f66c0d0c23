import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { apiAddress } from "./address.ts";
import type { GitHubAuth } from "./auth.ts";
import { proxiedFetch } from "./proxied-fetch.ts";
import { type Failure, failureOf, pluginOptions, type RetryOptions } from "./retries.ts";

/** The credentials and options of a GitHub client. */
export interface Access extends RetryOptions {
  readonly auth: GitHubAuth;
  /** The environment, which may contain GITHUB_BASE_URL. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The REST API of GitHub. */
export interface GitHubApi {
  readonly octokit: Octokit;
  /**
   * Makes a call and retries temporary failures.
   * @param refuse creates the error for a permanent failure; its argument contains no token
   */
  call<T>(request: () => Promise<T>, refuse: (failure: Failure) => Error): Promise<T>;
}

/** The time limit of a call, in milliseconds. */
const TIMEOUT = 60_000;

const RetryingOctokit = Octokit.plugin(throttling, retry);

/** Opens the API of the GitHub at a web address, from the plan. */
export function gitHubApi(url: string, { auth, environment, ...retries }: Access): GitHubApi {
  const send = proxiedFetch(environment) ?? fetch;
  const { options, givenUp } = pluginOptions(retries);
  const octokit = new RetryingOctokit({
    ...options,
    ...identity(auth),
    baseUrl: apiAddress(url, environment),
    userAgent: "kargo-fleet",
    request: {
      fetch: (address: string, init: object) =>
        send(address, { ...init, signal: AbortSignal.timeout(TIMEOUT) }),
    },
  });
  return {
    octokit,
    call: async (request, refuse) => {
      try {
        return await request();
      } catch (error) {
        const failure = failureOf(error);
        if (!failure) throw redacted(error, auth);
        throw givenUp() ?? refuse({ ...failure, message: withoutToken(failure.message, auth) });
      }
    },
  };
}

function identity(auth: GitHubAuth) {
  if (typeof auth === "string") return { auth };
  const { clientId: appId, installationId, privateKey } = auth;
  return { authStrategy: createAppAuth, auth: { appId, installationId, privateKey } };
}

/** The tokens of an App are only known to the authentication plugin, but all have the same prefix. */
function withoutToken(message: string, auth: GitHubAuth): string {
  return message.replaceAll(typeof auth === "string" ? auth : /\bghs_[\w.-]+/g, "(token)");
}

function redacted(error: unknown, auth: GitHubAuth): unknown {
  if (error instanceof Error) error.message = withoutToken(error.message, auth);
  return error;
}
