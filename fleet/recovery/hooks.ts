import { z } from "zod";
import { type GitHubAuth, NO_IDENTITY } from "../../components/github-api/auth.ts";
import { type GitHubApi, gitHubApi } from "../../components/github-api/client.ts";
import type { UsedUp } from "../../components/github-api/retries.ts";
import type { Plan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";
import type { PlannedHook } from "./planned.ts";
import type { Found } from "./verdicts.ts";

/** Finds the hooks of the stack's repositories. */
export interface Hooks {
  /** The hooks with the planned one's address, oldest first. @throws FleetError */
  find(hook: PlannedHook): Promise<readonly Found[]>;
}

const page = z.array(
  z.looseObject({
    id: z.number(),
    active: z.boolean(),
    events: z.array(z.string()),
    config: z.looseObject({ url: z.string().optional() }),
  }),
);

const PAGE = 100;
/** The maximum wait for GitHub's rate limits, in seconds. */
const LONGEST_WAIT = 600;

function giveUp({ minutes, until }: UsedUp): Error {
  return new FleetError(
    `GitHub's rate limit for this token is exhausted for another ${minutes} min. Run again after ${until} UTC.`,
  );
}

/** @param auth with admin rights on the repositories; to others GitHub shows no hooks */
export function hooksOf(
  { github: { owner, url } }: Pick<Plan, "github">,
  auth: GitHubAuth | undefined,
  report: (line: string) => void,
): Hooks {
  let api: GitHubApi | undefined;
  const read = async (repository: string | undefined, number: number) => {
    if (!auth) throw new FleetError(NO_IDENTITY);
    api ??= gitHubApi(url, {
      auth,
      environment: process.env,
      report,
      longestWait: LONGEST_WAIT,
      giveUp,
    });
    const { octokit, call } = api;
    const query = { per_page: PAGE, page: number };
    const place = repository === undefined ? owner : `${owner}/${repository}`;
    const answer = await call(
      async (): Promise<{ readonly data: unknown }> =>
        repository === undefined
          ? await octokit.request("GET /orgs/{org}/hooks", { org: owner, ...query })
          : await octokit.request("GET /repos/{owner}/{repo}/hooks", { owner, repo: repository, ...query }),
      ({ status, message }) =>
        new FleetError(
          `The hooks of ${place} cannot be read (${status}): ${message}. Does it exist, and does the token administer it?`,
        ),
    );
    return page.parse(answer.data);
  };
  return {
    find: async (hook) => {
      const found: Found[] = [];
      const { repository } = hook;
      for (let number = 1; ; number += 1) {
        const some = await read(repository, number);
        for (const { id, active, events, config } of some) {
          if (config.url !== hook.url) continue;
          found.push({
            id: repository === undefined ? `${id}` : `${repository}/${id}`,
            hook: { events, active },
          });
        }
        if (some.length < PAGE) return found.sort((a, b) => numberOf(a) - numberOf(b));
      }
    },
  };
}

function numberOf({ id }: Found): number {
  return Number(id.split("/").at(-1));
}
