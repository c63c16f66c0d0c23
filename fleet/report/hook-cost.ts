import { githubCost } from "../../model/costs.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { FleetReport, StackChange } from "../preview/change.ts";
import { counted } from "./counts.ts";

/** The time that GitHub's limits add for new hooks; empty if there are none. */
export function hookCost({ stacks }: FleetReport): string[] {
  const services = stacks.flatMap(({ change }) => change.services.flatMap(newHook));
  const organization = stacks.filter(({ change }) => newOrganizationHook(change)).length;
  const own = githubCost({ services, platform: undefined });
  const hooks = own.hooks + organization;
  if (hooks === 0) return [];
  const minutes = Math.max(1, own.minutes);
  const time = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return [`GitHub: ${counted(hooks, "webhook")} to create, which takes about ${time} under GitHub's limits.`];
}

function newHook({ before, after }: { before: ServicePlan | undefined; after: ServicePlan | undefined }) {
  return after?.webhook !== undefined && before?.webhook === undefined ? [after] : [];
}

function newOrganizationHook({ before, after }: StackChange): boolean {
  const has = (plan: typeof after) => plan?.platform?.buildTriggers?.organizationHook !== undefined;
  return has(after) && !has(before);
}
