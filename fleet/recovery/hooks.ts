import { type GitHubAuth, NO_IDENTITY } from "../../git-host/github/api/auth.ts";
import type { UsedUp } from "../../git-host/github/api/retries.ts";
import { type FailedCall, hooksAt } from "../../git-host/repositories.ts";
import type { Plan } from "../../model/plan.ts";
import { FleetError } from "../fleet-error.ts";
import type { PlannedHook } from "./planned.ts";
import type { Found } from "./verdicts.ts";

/** Finds the hooks with the planned one's address, oldest first. @throws FleetError */
export type FindHooks = (hook: PlannedHook) => Promise<readonly Found[]>;

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
  let hooks: ReturnType<typeof hooksAt> | undefined;
  const refusal = (place: string, { status, message }: FailedCall) =>
    new FleetError(
      `The hooks of ${place} cannot be read (${status}): ${message}. Does it exist, and does the token administer it?`,
    );
  return async ({ repository, url: address }) => {
    if (!auth) throw new FleetError(NO_IDENTITY);
    hooks ??= hooksAt(url, { auth, environment: process.env, report, longestWait: LONGEST_WAIT, giveUp });
    const place = repository === undefined ? owner : `${owner}/${repository}`;
    const all = await hooks(place, (failure) => refusal(place, failure));
    return all
      .filter((hook) => hook.url === address)
      .map(({ importId, events, active }) => ({ id: importId, hook: { events, active } }));
  };
}
