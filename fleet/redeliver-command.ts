import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { InvalidArgumentError } from "commander";
import { NO_IDENTITY } from "../git-host/github/api/auth.ts";
import type { UsedUp } from "../git-host/github/api/retries.ts";
import { chosenServices, serviceNames } from "./chosen-services.ts";
import { command, flag, JSON_OPTION, option, required } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { gitHubAuth } from "./github-auth.ts";
import { progressOn, tell } from "./progress.ts";
import { hookTargets } from "./redeliver/hook-targets.ts";
import { hooksApi } from "./redeliver/hooks-api.ts";
import { redeliver } from "./redeliver/redeliver.ts";
import { exitCodeOf, problemLine, pushLines, redeliveryJson, summary } from "./redeliver/report.ts";
import { sinceOf } from "./redeliver/since.ts";
import { validStackWithShards } from "./stack-files.ts";

/** The maximum wait for GitHub's limits, in seconds. At 500 redeliveries per hour a whole fleet takes this long. */
const LONGEST_WAIT = 3 * 3600;

export const redeliverCommand = command({
  name: "redeliver",
  description: "Makes GitHub deliver failed pushes to the services' webhooks again.",
  options: {
    stack: required("<name>", "the stack of the webhooks"),
    since: option(
      "<when>",
      "how far back: 90m, 2h, at most 72h, or a time such as 2026-11-25T12:00:00Z (default: 2h)",
      moment,
    ),
    services: option("<names>", "only these, separated by commas (default: all of the stack)", serviceNames),
    dryRun: flag("only list undelivered pushes"),
    json: JSON_OPTION,
  },
  help: `
A push is delivered if any attempt got a 2xx answer; such pushes are not repeated. The oldest goes first. An old push does no
harm: its image's tag contains the time of the push, so it never becomes the newest. If tags contain no time (strategy
newest-build), a push whose branch has a newer commit is skipped.

It uses the App, github:token or GITHUB_TOKEN of pulumi up. That needs the permission Webhooks: read and write on the repositories (or on the organization, if it has the
hook). The command names each repository that it may not read, and continues. It respects GitHub's limits: one redelivery
per second, about 500 per hour. You may interrupt it and run it again.

Exit codes: 0 every push is delivered, 2 one is not (--dry-run found it, or it failed again), 1 a webhook could not be read,
GitHub refused, or the command failed.

Examples:
  npm run fleet -- redeliver --stack prod --dry-run
  npm run fleet -- redeliver --stack prod --since 12h --services nginx,auth`,
  async run({ stack, since = moment("2h"), services, dryRun, json }) {
    const plan = validStackWithShards(stack).plan;
    const targets = hookTargets(plan, chosenServices(plan, services, stack));
    const progress = progressOn(process.stderr);
    const pause = async (milliseconds: number) => void (await sleep(milliseconds));
    const { line: report } = progress;
    const auth = await gitHubAuth(stack, plan.github, report);
    if (!auth) throw new FleetError(NO_IDENTITY);
    const { env: environment } = process;
    const access = { auth, environment, report, longestWait: LONGEST_WAIT, giveUp: usedUp };
    const run = async () => {
      const api = hooksApi(plan.github.url, access);
      return await redeliver(targets, { since, dryRun }, { api, pause, tell: progress.tell });
    };
    const redelivery = await run().finally(progress.end);
    if (json) process.stdout.write(`${redeliveryJson(redelivery, { stack, since, dryRun })}\n`);
    else for (const line of pushLines(redelivery.pushes, styleText)) process.stdout.write(`${line}\n`);
    for (const problem of redelivery.problems) tell(problemLine(problem));
    tell(summary(redelivery, since));
    process.exitCode = exitCodeOf(redelivery);
  },
});

function usedUp({ minutes, until }: UsedUp): FleetError {
  return new FleetError(
    `GitHub's rate limit for this token is exhausted for another ${minutes} min. ` +
      `Run again after ${until} UTC: successful deliveries are not repeated.`,
  );
}

function moment(text: string): Date {
  const since = sinceOf(text, new Date());
  if (typeof since === "string") throw new InvalidArgumentError(since);
  return since;
}
