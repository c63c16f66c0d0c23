import { readFleet } from "./all-stacks.ts";
import { stacksOn } from "./cluster-stacks.ts";
import { command, option } from "./command.ts";
import { FleetError } from "./fleet-error.ts";
import { gitHubAuth } from "./github-auth.ts";
import { tell } from "./progress.ts";
import { plansByBranch, type SeedOptions, type SeedReport, type StackToSeed, seed } from "./seed.ts";
import { validStackWithShards } from "./stack-files.ts";

export const seedCommand = command({
  name: "seed",
  description: "Creates the missing values files in the GitOps repository, in one commit.",
  options: {
    stack: option("<name>", "the stack of the services"),
    cluster: option("<name>", "all stacks of this cluster, in one commit for each branch that they write"),
    dryRun: option("", "only list missing files, one path per line"),
    output: option("<folder>", "write into a checkout, for a pull request"),
  },
  help: `
An existing file is never changed, because Kargo and the team own it.
For a stack with shards it creates the files of all shards.
It uses the App, github:token or GITHUB_TOKEN of pulumi up; --output needs none of them.

Exit codes: 0 no file is missing, 2 --dry-run found missing files, 1 it failed.

Examples:
  npm run fleet -- seed --stack prod --dry-run
  npm run fleet -- seed --cluster prod-eu
  npm run fleet -- seed --stack prod --output ../gitops`,
  async run({ stack, cluster, ...options }) {
    let missing = 0;
    for (const plan of chosen({ stack, cluster })) {
      const auth = options.output === undefined ? await gitHubAuth(plan.stack, plan.github, tell) : undefined;
      const report = await seed(plan, options, { auth, report: tell });
      for (const path of report.missing) process.stdout.write(`${path}\n`);
      tell(summary(report, options));
      missing += report.missing.length;
    }
    process.exitCode = options.dryRun && missing > 0 ? 2 : 0;
  },
});

interface Chosen {
  readonly stack?: string | undefined;
  readonly cluster?: string | undefined;
}

/** The plans to seed: one of a stack, or one for each branch that a cluster's stacks write. */
function chosen({ stack, cluster }: Chosen): readonly StackToSeed[] {
  if ((stack === undefined) === (cluster === undefined))
    throw new FleetError("Name either --stack or --cluster.");
  if (stack !== undefined) return [{ ...validStackWithShards(stack).plan, stack }];
  return plansByBranch(
    stacksOn(readFleet(), cluster ?? "").map(({ name, plan }) => ({ ...plan, stack: name })),
  );
}

function summary({ place, total, missing, commit }: SeedReport, { dryRun, output }: SeedOptions): string {
  const all = total === 1 ? "1 values file" : `${total} values files`;
  if (missing.length === 0)
    return total === 0 ? "There are no services." : `Nothing is missing: ${all} in ${place}.`;
  const some = `${missing.length} of ${all}`;
  if (dryRun) return `${some} missing in ${place}.`;
  if (output === undefined) return `${some} written to ${place}, in commit ${commit}.`;
  return `${some} written to ${place}. Commit them on a branch and open a pull request.`;
}
