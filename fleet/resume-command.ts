import { Command } from "commander";
import { type ClusterOptions, clusterOf, withClusterOptions } from "./windows/cluster-options.ts";
import { resume } from "./windows/line.ts";
import { tellChange } from "./windows/rules-text.ts";

interface ResumeOptions extends ClusterOptions {
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `fleet resume`: ends what `fleet stop-the-line` stopped. */
export function resumeCommand(): Command {
  return withClusterOptions(
    new Command("resume")
      .description("Ends stops of fleet stop-the-line. Windows and freezes stay.")
      .argument("[stops...]", "the stops to end, such as stop-1 (default: the only one)"),
  )
    .option("--all", "end all stops", false)
    .option("--dry-run", "ask the API server, but change nothing", false)
    .option("--json", "print the stops before and after as JSON", false)
    .addHelpText(
      "after",
      `
It works with your kubeconfig: only the group access.incident of the stack may do it (default: access.breakGlass). Kargo
tries refused promotions again within about 17 minutes; kargo refresh stage asks it to look at once.

Exit codes: 0 the named stops have ended, 1 they have not.

Examples:
  npm run fleet -- resume --stack prod
  npm run fleet -- resume --context prod stop-2`,
    )
    .action(async (ids: readonly string[], options: ResumeOptions) => {
      const { cluster } = await clusterOf(options);
      try {
        tellChange(await resume(cluster, { ids, all: options.all }, options.dryRun), options);
      } finally {
        cluster.close();
      }
    });
}
