import { InvalidInput } from "../../model/diagnostics.ts";
import type { Plan } from "../../model/plan.ts";
import { unsettled } from "../../model/shard-problems.ts";
import { parseStackFile, stackFileName } from "../../model/stack-file.ts";
import { workingDirectory } from "../files.ts";
import { openEngine } from "../recovery/engine.ts";
import { withShards } from "./files.ts";

/**
 * Refuses to import into a stack while its services may be in another shard: each would then be in two states.
 * @throws InvalidInput with the command that moves the services, FleetError if the state cannot be read
 */
export async function requireSettled({ rollout: { shard, shards } }: Plan, stack: string): Promise<void> {
  const base = shard?.stack ?? (shards === undefined ? undefined : stack);
  if (base === undefined) return;
  const file = stackFileName(stack);
  const document = parseStackFile(file, withShards(workingDirectory()).read(file) ?? "");
  const recorded = await openEngine(base).provisioned();
  const problems = unsettled(base, shard?.of ?? shards ?? 0, recorded, document, base === stack);
  if (problems.length > 0) throw new InvalidInput(problems);
}
