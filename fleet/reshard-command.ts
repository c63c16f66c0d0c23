import { InvalidArgumentError } from "commander";
import { listed } from "../model/diagnostics.ts";
import { SHARD_LIMIT } from "../model/shards.ts";
import { command, flag, JSON_OPTION, OWNER_IS_DEAD, required } from "./command.ts";
import { asker } from "./edit/ask.ts";
import { FleetError } from "./fleet-error.ts";
import { tell } from "./progress.ts";
import { carryOut, planReshard, type Reshard, type Verified, verify } from "./shards/reshard.ts";

/** A stack's next `up` would change something, or, in a dry run, services are to be moved. */
const LEFT = 2;

export const reshardCommand = command({
  name: "reshard",
  description:
    "Divides the services of a stack into another number of shards; nothing is deleted or replaced.",
  argument: ["<stack>", "the stack with kargo-fleet:shards, or one that has its services itself"],
  options: {
    to: required("<count>", "the number of shards", count),
    dryRun: flag("only show which services would move"),
    yes: flag("do not ask"),
    ownerIsDead: OWNER_IS_DEAD,
    json: JSON_OPTION,
  },
  help: `
It moves each service's resources from one stack's state to another's, sets kargo-fleet:shards in the file of the stack, and
writes and makes the shards as fleet shards does. It touches neither the cluster nor GitHub. Only services that get another shard
move. While it runs, an up of these stacks is refused. At the end it previews each changed stack; no preview may show a change.
If it is killed, the same command goes on. Commit the files afterwards.

It needs what pulumi up needs. Secrets pass through memory in plain text, never through a file.

Exit codes: 0 every service is in its shard, and the previews show no change; 2 a preview shows changes, or --dry-run found
services to move; 1 it failed: run it again.

Examples:
  npm run fleet -- reshard --to 7 prod-eu --dry-run
  npm run fleet -- reshard --to 7 prod-eu --yes`,
  async run(options, stack) {
    const found = await planReshard({ ...options, stack }, tell);
    if (!options.json) process.stdout.write(`${planText(stack, options.to, found)}\n`);
    if (options.dryRun) {
      if (options.json) process.stdout.write(`${JSON.stringify({ ...found, to: options.to }, null, 2)}\n`);
      process.exitCode = found.moves.length > 0 ? LEFT : 0;
      return;
    }
    if (!options.yes && !(await agreed())) return;
    const touched = await carryOut({ ...options, stack }, tell);
    const verified = await verify(touched, tell);
    process.stdout.write(
      `${options.json ? JSON.stringify({ ...found, to: options.to, verified }, null, 2) : verifiedText(verified)}\n`,
    );
    process.exitCode = verified.some(changes) ? LEFT : 0;
  },
});

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= SHARD_LIMIT) return value;
  throw new InvalidArgumentError(`Write a whole number from 1 to ${SHARD_LIMIT}.`);
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new FleetError("This is no terminal, so nobody can be asked. Add --yes to move the services.");
  const person = asker(process.stdin, process.stderr);
  try {
    return (await person.ask("Move them?", { among: ["yes", "no"], fallback: "no" })) === "yes";
  } finally {
    person.close();
  }
}

function planText(stack: string, to: number, { from, moves, leaving }: Reshard): string {
  const ways = Map.groupBy(moves, (move) => `${move.from} → ${move.to}`);
  const lines = [...ways].map(
    ([way, some]) => `  ${way}: ${some.length} (${listed(some.map(({ service }) => service))})`,
  );
  const was = from === 0 ? "no shards" : `${from} shards`;
  return [
    `${stack}: from ${was} to ${to}: ${moves.length === 1 ? "1 service moves" : `${moves.length} services move`}.`,
    ...lines,
    ...(leaving.length > 0 ? [`Removed afterwards, without a service: ${leaving.join(", ")}.`] : []),
  ].join("\n");
}

function changes({ creates, others }: Verified): boolean {
  return creates + others > 0;
}

function verifiedText(all: readonly Verified[]): string {
  const differing = all.filter(changes);
  if (differing.length === 0) return `Moved. The previews of ${all.length} stacks show nothing to change.`;
  const lines = differing.map(
    ({ stack, creates, others }) =>
      `  ${stack}: ${creates} to create, ${others} to change, replace or delete`,
  );
  return `Moved. These previews show changes; look at them before the next up:\n${lines.join("\n")}`;
}
