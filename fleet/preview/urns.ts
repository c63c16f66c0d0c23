import { type Alias, type Inventory, type Row, resourceType, rowsOf } from "../../manifests/inventory/row.ts";
import { resourceName } from "../../model/names.ts";
import { PROJECT } from "../../model/stack-config.ts";

/** A resource as the program registers it. */
export interface PlannedResource {
  /** The types of its parents and its own, with `$` between. */
  readonly type: string;
  readonly name: string;
}

/** The resource of all values files of a stack. */
export const VALUES_FILES: PlannedResource = {
  type: "pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles",
  name: "values-files",
};

/**
 * The URN of a resource. It contains no wildcard, because such a target would match others.
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
export function urnOf(stack: string, { type, name }: PlannedResource): string {
  return `urn:pulumi:${stack}::${PROJECT}::${type}::${name}`;
}

/** What the state may still call resources of a component, by the aliases of their rows. */
export function formerResources(inventory: Inventory): PlannedResource[] {
  return rowsOf(inventory).flatMap((row) => row.aliases.map((alias) => resourceOf(inventory, row, alias)));
}

/** A component, and all that it registers. A hook that is gone already may be among it. */
export function resourcesOf(inventory: Inventory): PlannedResource[] {
  const { type, name } = inventory;
  return [{ type, name }, ...rowsOf(inventory).map((row) => resourceOf(inventory, row))];
}

/** What the engine calls a row of a component; by an alias, what it called it before. */
function resourceOf(inventory: Inventory, row: Row, alias: Alias = {}): PlannedResource {
  const { component = inventory, type = resourceType(row), role = row.role } = alias;
  return { type: `${component.type}$${type}`, name: resourceName(component.name, role) };
}
