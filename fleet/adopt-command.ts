import { Command } from "commander";
import { adopt, propose } from "./adoption/adopt.ts";
import { type Adopted, adoptedJson, adoptedText } from "./adoption/report.ts";
import type { ClusterChoice } from "./cluster.ts";
import { CONTEXT, KUBECONFIG, OWNER_IS_DEAD } from "./cluster-options.ts";
import { openTools } from "./recovery/tools.ts";
import { readStackFiles } from "./stack-files.ts";

interface Options extends ClusterChoice {
  readonly stack: string;
  readonly yes: boolean;
  readonly up: boolean;
  readonly takeFrom: readonly string[];
  readonly ownerIsDead: boolean;
  readonly json: boolean;
}

/** There is something to import, or something that cannot be imported. */
const LEFT = 2;

/** `fleet adopt <service>`: imports the existing objects of a service, without deleting or duplicating them. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("Imports a service whose Kargo Project, Applications or webhook already exist.")
    .argument("<service>", "a service of the stack")
    .requiredOption("--stack <name>", "the stack that is to own it")
    .option("--yes", "import the objects; without it, only show them", false)
    .option("--up", "run pulumi up afterwards", false)
    .option("--take-from <manager>", "a field manager whose fields are taken over (repeatable)", append, [])
    .addOption(OWNER_IS_DEAD)
    .option("--json", "print everything as JSON", false)
    .addOption(CONTEXT)
    .addOption(KUBECONFIG)
    .addHelpText(
      "after",
      `
It shows the existing objects of the service and what the next up would change. With --yes it adds them to the stack's
state and hands the fields that kubectl set over to the engine. No object changes before the next up. It refuses objects
of other stacks, and names other tools that apply an object.

Exit codes: 0 imported, or nothing to import; 2 only shown, or something is refused; 1 it failed.

Examples:
  npm run fleet -- adopt nginx --stack prod
  npm run fleet -- adopt nginx --stack prod --yes --up`,
    )
    .action(async (service: string, options: Options) => {
      const adopted = await run(service, options);
      process.stdout.write(`${options.json ? adoptedJson(adopted) : adoptedText(adopted)}\n`);
      const left = !adopted.done && adopted.proposal.found.length > 0;
      process.exitCode = adopted.up === false ? 1 : left ? LEFT : 0;
    });
}

async function run(service: string, options: Options): Promise<Adopted> {
  const plan = readStackFiles(options.stack);
  const tools = await openTools(plan, options);
  try {
    const proposal = await propose(plan, { ...options, service }, tools);
    if (!options.yes || proposal.found.length === 0) return { proposal, done: false };
    await adopt(proposal, options, tools);
    return { proposal, done: true, ...(options.up && { up: await tools.engine.up() }) };
  } finally {
    tools.close();
  }
}

function append(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
