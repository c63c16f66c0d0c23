import { askObstacles } from "../components/obstacles/ask.ts";
import type { Problem } from "../model/diagnostics.ts";
import { owningStack } from "../model/shards.ts";
import type { Fleet } from "./all-stacks.ts";
import { chosenStacks } from "./chosen-stacks.ts";
import { gitHubAuth } from "./github-auth.ts";

/** Problems that GitHub and the clusters report for services, and what could not be checked. */
interface Online {
  readonly problems: readonly Problem[];
  /** One line per reason, each with its stack. */
  readonly unchecked: readonly string[];
}

/**
 * Asks GitHub and the clusters what would prevent the creation of the stacks' services, or a change of existing
 * ones.
 * @param references stacks as the engine accepts them; empty for all except the sandbox's
 * @throws FleetError if a stack does not exist
 */
export async function askOnline(
  fleet: Pick<Fleet, "stacks">,
  references: readonly string[],
  report: (line: string) => void,
): Promise<Online> {
  const found = { problems: [] as Problem[], unchecked: [] as string[] };
  /** The shards of a stack have its identity. */
  const auths = new Map<string, ReturnType<typeof gitHubAuth>>();
  for (const { name, plan, catalogue } of chosenStacks(fleet, references)) {
    if (!plan || !catalogue) continue;
    const owner = owningStack(name, plan.rollout);
    const auth = auths.get(owner) ?? gitHubAuth(owner, plan.github, report);
    auths.set(owner, auth);
    const eyes = { auth: await auth, environment: process.env, report };
    const asking = { document: catalogue.document, stack: name, owner };
    const { obstacles, unchecked } = await askObstacles(plan.services, plan, asking, eyes);
    found.problems.push(...[...obstacles.values()].flat());
    found.unchecked.push(...unchecked.map((line) => `${name}: ${line}`));
  }
  return found;
}
