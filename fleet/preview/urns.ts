import { platformInventories } from "../../manifests/inventory/objects.ts";
import { type Inventory, type Row, resourceType, rowsOf } from "../../manifests/inventory/row.ts";
import { serviceInventory } from "../../manifests/inventory/service.ts";
import { resourceName } from "../../model/names.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { PROJECT } from "../../model/stack-config.ts";

/** A resource as the program registers it. */
export interface PlannedResource {
  /** The types of its parents and its own, with `$` between. */
  readonly type: string;
  readonly name: string;
}

/** The one resource of all values files of a stack. */
export const VALUES_FILES: PlannedResource = {
  type: "pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles",
  name: "values-files",
};

/**
 * The name by which the engine knows a resource. There is no pattern in it: a target with one would meet others.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
export function urnOf(stack: string, { type, name }: PlannedResource): string {
  return `urn:pulumi:${stack}::${PROJECT}::${type}::${name}`;
}

/** Everything of a service, its component included. A hook that is gone already may be among it. */
export function serviceResources(service: ServicePlan): PlannedResource[] {
  return resourcesOf(serviceInventory(service));
}

/** Everything that all services of a plan share, but for the providers. */
export function sharedResources({ platform }: Pick<Plan, "platform">): PlannedResource[] {
  return platformInventories(platform).flatMap(resourcesOf);
}

/** A component, and all that it registers. */
function resourcesOf(inventory: Inventory): PlannedResource[] {
  const { type, name } = inventory;
  return [{ type, name }, ...rowsOf(inventory).map((row) => resourceOf(inventory, row))];
}

/** What the engine calls a row of a component. */
export function resourceOf({ type, name }: Pick<Inventory, "type" | "name">, row: Row): PlannedResource {
  return { type: `${type}$${resourceType(row)}`, name: resourceName(name, row.role) };
}
