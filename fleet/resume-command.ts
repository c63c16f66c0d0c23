import { command, flag } from "./command.ts";
import { CLUSTER_OF_STACK, clusterOf } from "./windows/cluster-options.ts";
import { resume } from "./windows/line.ts";
import { tellChange } from "./windows/rules-text.ts";

export const resumeCommand = command({
  name: "resume",
  description: "Ends stops of fleet stop-the-line. Windows and freezes stay.",
  argument: ["[stops...]", "the stops to end, such as stop-1 (default: the only one)"],
  options: {
    ...CLUSTER_OF_STACK,
    all: flag("end all stops"),
    dryRun: flag("ask the API server, but change nothing"),
    json: flag("print the stops before and after as JSON"),
  },
  help: `
It works with your kubeconfig: only the group access.incident of the stack may do it (default: access.breakGlass). Kargo
tries refused promotions again within about 17 minutes; kargo refresh stage asks it to look at once.

Exit codes: 0 the named stops have ended, 1 they have not.

Examples:
  npm run fleet -- resume --stack prod
  npm run fleet -- resume --context prod stop-2`,
  async run(options, ids) {
    const { cluster } = await clusterOf(options);
    try {
      tellChange(await resume(cluster, { ids, all: options.all }, options.dryRun), options);
    } finally {
      cluster.close();
    }
  },
});
