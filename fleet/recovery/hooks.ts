import { z } from "zod";
import { type GitHubAuth, NO_IDENTITY } from "../../components/github-api/auth.ts";
import { type GitHubApi, gitHubApi } from "../../components/github-api/client.ts";
import type { UsedUp } from "../../components/github-api/retries.ts";
import type { Plan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";
import type { PlannedHook } from "./planned.ts";
import type { Found } from "./verdicts.ts";

/** Finds the hooks with the planned one's address, oldest first. @throws FleetError */
export type FindHooks = (hook: PlannedHook) => Promise<readonly Found[]>;

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
): FindHooks {
  let api: GitHubApi | undefined;
  return async ({ repository, url: wanted }) => {
    if (!auth) throw new FleetError(NO_IDENTITY);
    const { env: environment } = process;
    api ??= gitHubApi(url, { auth, environment, report, longestWait: LONGEST_WAIT, giveUp });
    const { octokit, call } = api;
    const [route, place] =
      repository === undefined
        ? ["GET /orgs/{owner}/hooks", owner]
        : ["GET /repos/{owner}/{repository}/hooks", `${owner}/${repository}`];
    const found: Found[] = [];
    for (let number = 1; ; number += 1) {
      const { data } = await call(
        async () => await octokit.request(route, { owner, repository, per_page: PAGE, page: number }),
        ({ status, message }) =>
          new FleetError(
            `The hooks of ${place} cannot be read (${status}): ${message}. Does it exist, and does the token administer it?`,
          ),
      );
      const some = page.parse(data);
      for (const { id, active, events, config } of some)
        if (config.url === wanted)
          found.push({
            id: repository === undefined ? `${id}` : `${repository}/${id}`,
            hook: { events, active },
          });
      if (some.length < PAGE) return found.sort((a, b) => numberOf(a) - numberOf(b));
    }
  };
}

function numberOf({ id }: Found): number {
  return Number(id.split("/").at(-1));
}
