import * as pulumi from "@pulumi/pulumi";
import { InvalidInput } from "../model/diagnostics.ts";
import type { PlanWithFiles } from "../model/losses.ts";
import { PROVISIONED, type Provisioned, provisionedSchema } from "../model/provisioned.ts";
import { unsettled } from "../model/shard-problems.ts";

/** The engine's function that reads a stack's outputs. */
const READ = "pulumi:pulumi:readStackOutputs";
/**
 * What the engine says if its backend has no such stack; such an error has no code.
 * @see https://github.com/pulumi/pulumi/blob/v3.276.0/pkg/backend/backend.go
 */
const UNKNOWN = "unknown stack";

/**
 * Stops an `up` if the services are not where the files say: it would create what another stack has. A preview only
 * warns.
 * @param before what this stack has recorded
 * @throws pulumi.RunError with the command that moves the services
 */
export async function requireSettled(
  { plan: { rollout }, config: { document } }: PlanWithFiles,
  before: Provisioned | undefined,
): Promise<void> {
  const stack = rollout.shard?.stack;
  const problems =
    stack === undefined
      ? unsettled(pulumi.getStack(), rollout.shards ?? 0, before, document, true)
      : unsettled(stack, rollout.shard?.of ?? 0, await recordOf(stack), document, false);
  if (problems.length === 0) return;
  const { message } = new InvalidInput(problems);
  if (!pulumi.runtime.isDryRun()) throw new pulumi.RunError(message);
  await pulumi.log.warn(message.replace(/^.*\n/, "An up would be refused: "));
}

/**
 * What another stack of the project has recorded; undefined before its first `up`.
 * @throws pulumi.RunError if its state cannot be read
 */
async function recordOf(stack: string): Promise<Provisioned | undefined> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  try {
    const { outputs } = (await pulumi.runtime.invoke(READ, { name })) as { outputs: Record<string, unknown> };
    return provisionedSchema.safeParse(outputs[PROVISIONED]).data;
  } catch (error) {
    const message = String((error as Error).message);
    if (message.includes(UNKNOWN)) return undefined;
    const said = message.replace(/^.*returned an error: /, "");
    throw new pulumi.RunError(
      `What stack ${stack} has recorded of its shards cannot be read: ${said}\nNothing was changed. If the backend does not answer, run this again later. If the state is damaged, see: npm run fleet -- recover --stack ${stack}`,
    );
  }
}
