import { isDeepStrictEqual } from "node:util";
import type { ServicePlan } from "../../model/plan.ts";
import type { PreviewFilter } from "../../model/preview-filter.ts";
import type { StackChange } from "./change.ts";
import type { Compared } from "./stack-change.ts";
import { serviceResources, sharedResources, urnOf } from "./urns.ts";

/** How much of a stack the engine is asked about. */
export type Scope =
  | { readonly is: "full"; readonly because: string }
  | {
      readonly is: "affected";
      /** Literal URNs of both plans: what is to be looked at, and all that may change. */
      readonly targets: readonly string[];
      readonly filter: PreviewFilter;
    };

/** The targets are arguments of one command, and an operating system takes about a million characters of them. */
const MOST = 500_000;

/**
 * What the engine must be asked so that nothing of a change is missed.
 *
 * @param asked why everything is previewed whatever changed: who asked for it, or that the program differs
 * @returns nothing where nothing is affected, or nothing can be planned
 */
export function scopeOf({ change, whole }: Compared, asked: string | undefined): Scope | undefined {
  if (change.after === undefined) return undefined;
  const because = asked ?? whole;
  if (because !== undefined) return { is: "full", because };
  const platform = !isDeepStrictEqual(change.before?.platform, change.after.platform);
  if (change.services.length === 0 && !platform) return undefined;
  const targets = targetsOf(change, platform);
  if (targets.reduce((sum, urn) => sum + urn.length + 10, 0) > MOST)
    return { is: "full", because: `${change.services.length} services are affected, too many to name each` };
  const services = change.services.flatMap(({ after }) => after?.name ?? []);
  return { is: "affected", targets, filter: { services, platform } };
}

/**
 * What the engine deletes of what is not registered is a target or depends on one, be it by being its child. So what the
 * services depend on is no target: neither the values files, nor the promotion tasks or the component that they are in.
 */
const DEPENDED_ON = /^(platform$|platform\/promotion-task-)/;

function targetsOf({ stack, before, after, services }: StackChange, platform: boolean): string[] {
  const ofServices = services.flatMap(({ before: was, after: is }) => [was, is].flatMap(resources));
  const shared = platform ? [before, after].flatMap((plan) => (plan ? sharedResources(plan) : [])) : [];
  const ofPlatform = shared.filter(({ name }) => !DEPENDED_ON.test(name));
  return [...new Set([...ofPlatform, ...ofServices].map((resource) => urnOf(stack, resource)))];
}

function resources(service: ServicePlan | undefined) {
  return service ? serviceResources(service) : [];
}
