import type { RepositoryAnswer } from "../../model/obstacles.ts";
import type { Repositories } from "../repositories.ts";
import { type Access, type GitHubApi, gitHubApi } from "./api/client.ts";
import type { Failure } from "./api/retries.ts";
import { githubFacts } from "./facts.ts";
import { hooksOf } from "./hook-list.ts";

/** The maximum wait for GitHub's rate limits, in seconds. */
const LONGEST_WAIT = 600;

/** A call that failed permanently; its status is 0 without an answer. */
class Refused extends Error {
  readonly status: number;

  constructor({ status, message }: Pick<Failure, "status" | "message">) {
    super(message);
    this.status = status;
  }
}

/** Asks the GitHub at a web address from the plan. */
export function githubRepositories(
  url: string,
  access: Omit<Access, "longestWait" | "giveUp">,
  unchecked: (what: string, why: string) => void,
): Repositories {
  const giveUp = ({ until }: { until: string }) =>
    new Refused({ status: 429, message: `its rate limit is used up until ${until} UTC` });
  const api = gitHubApi(url, { ...access, longestWait: LONGEST_WAIT, giveUp });
  const unknown = (repository: string, error: unknown): undefined => {
    if (!(error instanceof Refused)) throw error;
    const said = error.status === 0 ? "gave no answer" : `answered ${error.status}`;
    unchecked(repository, `GitHub ${said} (${error.message})`);
  };
  return {
    hookAnswer: async (repository, hook) => {
      try {
        return await askRepository(api, repository, hook);
      } catch (error) {
        return unknown(repository, error) ?? "unknown";
      }
    },
    hasHook: async (repository, hook) => {
      try {
        const hooks = await shownHooks(api, repository);
        if (hooks?.some(({ url }) => url === hook) !== true) return false;
        return (await askRepository(api, repository, hook)) === "ready";
      } catch (error) {
        return unknown(repository, error);
      }
    },
  };
}

async function askRepository(
  api: GitHubApi,
  repository: string,
  url: string | undefined,
): Promise<RepositoryAnswer> {
  const { octokit, call } = api;
  const found = await call(
    () => octokit.request("GET /repos/{owner}/{repo}", placeOf(repository)),
    refused,
  ).catch(unseen);
  if (found === undefined) return "missing";
  if (url === undefined) return "ready";
  if (found.data.archived) return "archived";
  const hooks = await shownHooks(api, repository);
  if (hooks === undefined) return "no-hooks";
  const pushes = hooks.filter(({ events }) => events.includes("push") || events.includes("*"));
  const isThere = hooks.some((hook) => hook.url === url);
  return !isThere && pushes.length >= githubFacts.hooksPerRepository ? "full" : "ready";
}

/** GitHub shows no hooks to a token that may not administer them. */
async function shownHooks(api: GitHubApi, repository: string) {
  return await hooksOf(api, repository, refused).catch(unseen);
}

function refused(failure: Failure): Error {
  return new Refused(failure);
}

function unseen(error: unknown): undefined {
  if (error instanceof Refused && (error.status === 403 || error.status === 404)) return undefined;
  throw error;
}

function placeOf(repository: string): { owner: string; repo: string } {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
}
