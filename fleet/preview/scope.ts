import { isDeepStrictEqual } from "node:util";
import { platformInventories } from "../../manifests/inventory/objects.ts";
import { platformInventory } from "../../manifests/inventory/platform.ts";
import type { Inventory } from "../../manifests/inventory/row.ts";
import { serviceInventory } from "../../manifests/inventory/service.ts";
import { resourceName } from "../../model/names.ts";
import type { PlatformPlan } from "../../model/plan.ts";
import type { PreviewFilter } from "../../model/preview-filter.ts";
import type { StackChange } from "./change.ts";
import type { Compared } from "./stack-change.ts";
import { formerResources, type PlannedResource, resourcesOf, urnOf } from "./urns.ts";

/** The part of a stack that the engine previews. */
export type Scope =
  | { readonly is: "full"; readonly because: string }
  | {
      readonly is: "affected";
      /** Literal URNs of both plans: everything that is affected and may change. */
      readonly targets: readonly string[];
      /** What the state may still call some of these, by the aliases of their rows. */
      readonly former: readonly string[];
      readonly filter: PreviewFilter;
    };

/** The targets are command-line arguments, which an operating system limits to about a million characters. */
const MOST = 500_000;

/**
 * The part of a stack that the engine must preview so that no change is missed.
 * @param asked why everything must be previewed: the user's option, or a changed program
 * @returns undefined if nothing is affected, or nothing can be planned
 */
export function scopeOf({ change, whole }: Compared, asked: string | undefined): Scope | undefined {
  if (change.after === undefined) return undefined;
  const because = asked ?? whole;
  if (because !== undefined) return { is: "full", because };
  const platform = !isDeepStrictEqual(change.before?.platform, change.after.platform);
  if (change.services.length === 0 && !platform) return undefined;
  const affected = affectedOf(change, platform);
  const left = [change.before, change.after].flatMap((plan) => dependedOn(plan?.platform));
  const targets = urnsOf(
    change.stack,
    affected.flatMap(resourcesOf).filter(({ name }) => !left.includes(name)),
  );
  const former = urnsOf(change.stack, affected.flatMap(formerResources));
  if (targets.reduce((sum, urn) => sum + urn.length + 10, 0) > MOST)
    return { is: "full", because: `${change.services.length} services are affected, too many to name each` };
  const services = change.services.flatMap(({ after }) => after?.name ?? []);
  return { is: "affected", targets, former, filter: { services, platform } };
}

/**
 * The engine plans to delete an unregistered resource that is a target, depends on a target, or is its child. So
 * resources that services depend on are never targets: the values files, the promotion tasks and their component.
 */
function dependedOn(platform: PlatformPlan | undefined): readonly string[] {
  if (!platform) return [];
  const { name, parts } = platformInventory(platform);
  return [name, ...parts.promotionTasks.map(({ role }) => resourceName(name, role))];
}

function affectedOf({ before, after, services }: StackChange, platform: boolean): Inventory[] {
  const ofServices = services.flatMap(({ before: was, after: is }) => [was ?? [], is ?? []].flat());
  const shared = platform ? [before, after].flatMap((plan) => platformInventories(plan?.platform)) : [];
  return [...shared, ...ofServices.map(serviceInventory)];
}

function urnsOf(stack: string, resources: readonly PlannedResource[]): string[] {
  return [...new Set(resources.map((resource) => urnOf(stack, resource)))];
}
