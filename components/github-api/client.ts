import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { apiAddress } from "./address.ts";
import { type Failure, failureOf, type Patience, patient } from "./patience.ts";
import { proxiedFetch } from "./proxied-fetch.ts";

/** Whose eyes and hands these are. */
export interface Access extends Patience {
  readonly token: string;
  /** Where GITHUB_BASE_URL is looked for. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The REST API of GitHub. */
export interface GitHubApi {
  readonly octokit: Octokit;
  /**
   * Makes a call that outlasts what passes by itself.
   *
   * @param refuse makes the error of a call that failed for good; what it is given holds no token
   */
  call<T>(request: () => Promise<T>, refuse: (failure: Failure) => Error): Promise<T>;
}

/** A call that takes longer has lost its way. */
const TIMEOUT = 60_000;

const PatientOctokit = Octokit.plugin(throttling, retry);

/** Opens the API of the GitHub at a web address, from the plan. */
export function gitHubApi(url: string, { token, environment, ...patience }: Access): GitHubApi {
  const send = proxiedFetch(environment) ?? fetch;
  const { options, givenUp } = patient(patience);
  const octokit = new PatientOctokit({
    ...options,
    auth: token,
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
        if (!failure) throw error;
        throw givenUp() ?? refuse({ ...failure, message: failure.message.replaceAll(token, "(token)") });
      }
    },
  };
}
