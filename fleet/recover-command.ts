import { Command } from "commander";
import type { ClusterChoice } from "./cluster.ts";
import { CONTEXT, KUBECONFIG, OWNER_IS_DEAD } from "./cluster-options.ts";
import { takenItems } from "./recovery/items.ts";
import { planRecovery, settle } from "./recovery/recover.ts";
import {
  blockedItems,
  type Recovered,
  recoveredJson,
  recoveredText,
  somethingToDo,
} from "./recovery/report.ts";
import { openTools } from "./recovery/tools.ts";
import { readStackFiles } from "./stack-files.ts";
import { notes } from "./up/records.ts";

interface Options extends ClusterChoice {
  readonly stack: string;
  readonly dryRun: boolean;
  readonly up: boolean;
  readonly ownerIsDead: boolean;
  readonly json: boolean;
}

/** Something blocks the next `up`, or, in a dry run, something is to be done. */
const LEFT = 2;

/** `fleet recover`: repairs a stack after an `up` that was killed or lost its API server. */
export function recoverCommand(): Command {
  return new Command("recover")
    .description("Repairs a stack after an up that was killed or lost its API server.")
    .requiredOption("--stack <name>", "the stack")
    .option("--dry-run", "only show what would be done", false)
    .option("--up", "run pulumi up afterwards", false)
    .addOption(OWNER_IS_DEAD)
    .option("--json", "print everything as JSON", false)
    .addOption(CONTEXT)
    .addOption(KUBECONFIG)
    .addHelpText(
      "after",
      `
It removes the lock of an update that has ended, settles pending operations, and imports objects that are missing from the
state: only those that the plan names and that carry this stack's labels. It deletes nothing, and only names other objects.
You may interrupt it and run it again.

Exit codes: 0 everything is right, 2 something blocks the next up, or is to be done without --dry-run, 1 it failed or
refused.

Examples:
  npm run fleet -- recover --stack prod --dry-run
  npm run fleet -- recover --stack prod --up`,
    )
    .action(async (options: Options) => {
      const recovered = await run(options);
      const text = options.json ? recoveredJson(recovered) : recoveredText(recovered);
      process.stdout.write(`${text}\n`);
      const left =
        blockedItems(recovered.recovery).length > 0 || (options.dryRun && somethingToDo(recovered));
      process.exitCode = recovered.up === false ? 1 : left ? LEFT : 0;
    });
}

async function run(options: Options): Promise<Recovered> {
  const plan = readStackFiles(options.stack);
  const tools = await openTools(plan, options);
  try {
    const found = await planRecovery(plan, options, tools);
    if (options.dryRun) return { recovery: found, dryRun: true, taken: takenItems(found.items) };
    const taken = await settle(found, options, tools);
    await notes.end(options.stack);
    const recovered = { recovery: found, dryRun: false, taken };
    // An `up` would fail while something blocks it.
    if (!options.up || blockedItems(found).length > 0) return recovered;
    return { ...recovered, up: await tools.engine.up() };
  } finally {
    tools.close();
  }
}
