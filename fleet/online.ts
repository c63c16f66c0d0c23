import { askObstacles } from "../components/obstacles/ask.ts";
import type { Problem } from "../model/diagnostics.ts";
import { type Fleet, nameOfStack } from "./all-stacks.ts";

/** What GitHub and the clusters say against services of a fleet, and what nobody could look at. */
export interface Online {
  readonly problems: readonly Problem[];
  /** One line a reason, each with its stack. */
  readonly unasked: readonly string[];
}

/**
 * Asks GitHub and the clusters what would keep the services of stacks from being made. Of a service that is made already it
 * says what would keep it from being changed.
 *
 * @param references stacks as the engine takes them; none means all but the sandbox's
 * @throws FleetError where there is no such stack
 */
export async function askOnline(
  { stacks }: Pick<Fleet, "stacks">,
  references: readonly string[],
  report: (line: string) => void,
): Promise<Online> {
  const names = stacks.map(({ name }) => name);
  const chosen = references.map((reference) => nameOfStack(reference, names));
  const isMeant = ({ name, plan }: Fleet["stacks"][number]) =>
    chosen.length > 0 ? chosen.includes(name) : plan?.github.sandbox !== true;
  const eyes = { token: process.env.GITHUB_TOKEN, environment: process.env, report };
  const all: Online[] = [];
  for (const { name, plan, catalogue } of stacks.filter(isMeant)) {
    if (!plan || !catalogue) continue;
    const asking = { document: catalogue.document, stack: name };
    const { obstacles, unasked } = await askObstacles(plan.services, plan, asking, eyes);
    all.push({
      problems: [...obstacles.values()].flat(),
      unasked: unasked.map((line) => `${name}: ${line}`),
    });
  }
  return {
    problems: all.flatMap(({ problems }) => problems),
    unasked: all.flatMap(({ unasked }) => unasked),
  };
}
