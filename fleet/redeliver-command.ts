import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { Command, InvalidArgumentError, Option } from "commander";
import { NO_IDENTITY } from "../git-host/github/api/auth.ts";
import type { UsedUp } from "../git-host/github/api/retries.ts";
import { chosenServices, serviceNames } from "./chosen-services.ts";
import { FleetError } from "./fleet-error.ts";
import { gitHubAuth } from "./github-auth.ts";
import { progressOn } from "./progress.ts";
import { hookTargets } from "./redeliver/hook-targets.ts";
import { hooksApi } from "./redeliver/hooks-api.ts";
import { type Redelivery, redeliver } from "./redeliver/redeliver.ts";
import { exitCodeOf, problemLine, pushLines, redeliveryJson, summary } from "./redeliver/report.ts";
import { sinceOf } from "./redeliver/since.ts";
import { readWithShards } from "./stack-files.ts";

interface RedeliverOptions {
  readonly stack: string;
  readonly since: Date;
  readonly services?: readonly string[];
  readonly dryRun: boolean;
  readonly json: boolean;
}

const DEFAULT_SINCE = "2h";
/** The maximum wait for GitHub's limits, in seconds. At 500 redeliveries per hour a whole fleet takes this long. */
const LONGEST_WAIT = 3 * 3600;

/** `fleet redeliver`: delivers failed pushes again, because GitHub does not retry. */
export function redeliverCommand(): Command {
  return new Command("redeliver")
    .description("Makes GitHub deliver failed pushes to the services' webhooks again.")
    .requiredOption("--stack <name>", "the stack of the webhooks")
    .addOption(
      new Option(
        "--since <when>",
        "how far back: 90m, 2h, at most 72h, or a time such as 2026-11-25T12:00:00Z",
      )
        .argParser(moment)
        .default(moment(DEFAULT_SINCE), DEFAULT_SINCE),
    )
    .option("--services <names>", "only these, separated by commas (default: all of the stack)", serviceNames)
    .option("--dry-run", "only list undelivered pushes", false)
    .option("--json", "print everything as JSON", false)
    .addHelpText(
      "after",
      `
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
    )
    .action(async (options: RedeliverOptions) => {
      const redelivery = await run(options);
      if (options.json) process.stdout.write(`${redeliveryJson(redelivery, options)}\n`);
      else for (const line of pushLines(redelivery.pushes, styleText)) process.stdout.write(`${line}\n`);
      for (const problem of redelivery.problems) process.stderr.write(`${problemLine(problem)}\n`);
      process.stderr.write(`${summary(redelivery, options.since)}\n`);
      process.exitCode = exitCodeOf(redelivery);
    });
}

async function run({ stack, since, services, dryRun }: RedeliverOptions): Promise<Redelivery> {
  const plan = readWithShards(stack);
  const targets = hookTargets(plan, chosenServices(plan, services, stack));
  const progress = progressOn(process.stderr);
  const pause = async (milliseconds: number) => void (await sleep(milliseconds));
  const { line: report } = progress;
  const auth = await gitHubAuth(stack, plan.github, report);
  if (!auth) throw new FleetError(NO_IDENTITY);
  const { env: environment } = process;
  const access = { auth, environment, report, longestWait: LONGEST_WAIT, giveUp: usedUp };
  try {
    const api = hooksApi(plan.github.url, access);
    return await redeliver(targets, { since, dryRun }, { api, pause, tell: (text) => progress.tell(text) });
  } finally {
    progress.end();
  }
}

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
