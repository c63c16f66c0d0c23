import { command, flag, JSON_OPTION } from "./command.ts";
import { workingDirectory } from "./files.ts";
import { FleetError } from "./fleet-error.ts";
import { tell } from "./progress.ts";
import { familiesIn } from "./shards/files.ts";
import { type Kept, keepShards, outdatedShards } from "./shards/keep.ts";

/** A file is outdated, or a surplus shard has services. */
const LEFT = 2;

export const shardsCommand = command({
  name: "shards",
  description: "Writes the stack files of shards and makes their stacks, as kargo-fleet:shards says.",
  argument: ["[stack]", "the stack with kargo-fleet:shards (default: every one in the folder)"],
  options: {
    check: flag("only name the files that it would change; offline"),
    json: JSON_OPTION,
  },
  help: `
Pulumi.prod-eu.yaml with kargo-fleet:shards: 20 is the one file that you edit. This command writes Pulumi.prod-eu-00.yaml to
Pulumi.prod-eu-19.yaml from it, with the same settings and secrets, and makes their stacks with the same secrets provider. Where
each stack has a key of its own (Pulumi Cloud), the CLI encrypts the secrets again. Run it after each change of the file. It changes
nothing that is right, and you may interrupt it. --check accepts a missing file, because offline commands need only the one that you edit.

It removes a surplus shard if that has no service. Otherwise it names the fleet reshard that moves the services first.

Exit codes: 0 every shard is right, 2 --check found outdated files, or a surplus shard has services, 1 it failed.

Examples:
  npm run fleet -- shards prod-eu
  npm run fleet -- shards --check`,
  async run({ check, json }, stack) {
    const stacks = stack === undefined ? everyBase() : [stack];
    if (check) return printOutdated(stacks.flatMap(outdatedShards), json);
    const kept = new Map<string, Kept>();
    for (const each of stacks) kept.set(each, await keepShards(each, tell));
    const text = json
      ? JSON.stringify(Object.fromEntries(kept), null, 2)
      : [...kept].map(([each, done]) => summary(each, done)).join("\n");
    process.stdout.write(`${text}\n`);
    process.exitCode = [...kept.values()].some(({ surplus }) => surplus.length > 0) ? LEFT : 0;
  },
});

function everyBase(): string[] {
  const all = familiesIn(workingDirectory()).map(({ stack }) => stack);
  if (all.length > 0) return all;
  throw new FleetError(
    "No stack file here has kargo-fleet:shards. Write for example kargo-fleet:shards: 4 into one.",
  );
}

function printOutdated(files: readonly string[], json: boolean): void {
  const text = json
    ? JSON.stringify({ outdated: files }, null, 2)
    : files.map((file) => `${file} is outdated.`).join("\n") || "Every file is right.";
  process.stdout.write(`${text}\n`);
  process.exitCode = files.length > 0 ? LEFT : 0;
}

function summary(stack: string, { shards, removed, surplus }: Kept): string {
  const written = shards.filter(({ file }) => file === "written").length;
  const made = shards.filter((shard) => shard.made).length;
  const lines = [`${stack}: ${shards.length} shards, ${written} files written, ${made} stacks made.`];
  if (removed.length > 0) lines.push(`Removed, because they have no service: ${removed.join(", ")}.`);
  if (surplus.length > 0)
    lines.push(
      `Surplus, with services: ${surplus.join(", ")}. Move them: npm run fleet -- reshard --to ${shards.length} ${stack}`,
    );
  return lines.join("\n");
}
