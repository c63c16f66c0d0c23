import { CLUSTER, command, flag, JSON_OPTION, OWNER_IS_DEAD, required, type ValuesOf } from "./command.ts";
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

/** Something blocks the next `up`, or, in a dry run, something is to be done. */
const LEFT = 2;

const OPTIONS = {
  stack: required("<name>", "the stack"),
  dryRun: flag("only show what would be done"),
  up: flag("run pulumi up afterwards"),
  ownerIsDead: OWNER_IS_DEAD,
  json: JSON_OPTION,
  ...CLUSTER,
};

export const recoverCommand = command({
  name: "recover",
  description: "Repairs a stack after an up that was killed or lost its API server.",
  options: OPTIONS,
  help: `
It removes the lock of an update that has ended, settles pending operations, and imports objects that are missing from the
state: only those that the plan names and that carry this stack's labels. It deletes nothing, and only names other objects.
You may interrupt it and run it again.

Exit codes: 0 everything is right, 2 something blocks the next up, or is to be done without --dry-run, 1 it failed or
refused.

Examples:
  npm run fleet -- recover --stack prod --dry-run
  npm run fleet -- recover --stack prod --up`,
  async run(options) {
    const recovered = await recover(options);
    process.stdout.write(`${options.json ? recoveredJson(recovered) : recoveredText(recovered)}\n`);
    const left = blockedItems(recovered.recovery).length > 0 || (options.dryRun && somethingToDo(recovered));
    process.exitCode = recovered.up === false ? 1 : left ? LEFT : 0;
  },
});

async function recover(options: ValuesOf<typeof OPTIONS>): Promise<Recovered> {
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
