import { adopt, propose } from "./adoption/adopt.ts";
import { type Adopted, adoptedJson, adoptedText } from "./adoption/report.ts";
import {
  CLUSTER,
  command,
  flag,
  JSON_OPTION,
  OWNER_IS_DEAD,
  option,
  required,
  type ValuesOf,
} from "./command.ts";
import { openTools } from "./recovery/tools.ts";
import { readStackFiles } from "./stack-files.ts";

/** There is something to import, or something that cannot be imported. */
const LEFT = 2;

const OPTIONS = {
  stack: required("<name>", "the stack that is to own it"),
  yes: flag("import the objects; without it, only show them"),
  up: flag("run pulumi up afterwards"),
  takeFrom: option("<manager>", "a field manager whose fields are taken over (repeatable)", append, []),
  ownerIsDead: OWNER_IS_DEAD,
  json: JSON_OPTION,
  ...CLUSTER,
};
type Options = ValuesOf<typeof OPTIONS>;

export const adoptCommand = command({
  name: "adopt",
  description: "Imports a service whose Kargo Project, Applications or webhook already exist.",
  argument: ["<service>", "a service of the stack"],
  options: OPTIONS,
  help: `
It shows the existing objects of the service and what the next up would change. With --yes it adds them to the stack's
state and hands the fields that kubectl set over to the engine. No object changes before the next up. It refuses objects
of other stacks, and names other tools that apply an object.

Exit codes: 0 imported, or nothing to import; 2 only shown, or something is refused; 1 it failed.

Examples:
  npm run fleet -- adopt nginx --stack prod
  npm run fleet -- adopt nginx --stack prod --yes --up`,
  async run(options, service) {
    const adopted = await run(service, options);
    process.stdout.write(`${options.json ? adoptedJson(adopted) : adoptedText(adopted)}\n`);
    const left = !adopted.done && adopted.proposal.found.length > 0;
    process.exitCode = adopted.up === false ? 1 : left ? LEFT : 0;
  },
});

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

function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
