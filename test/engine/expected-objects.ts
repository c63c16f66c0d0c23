import { deployerObjects } from "../../manifests/deployer.ts";
import { inventoriesOf, objectRowsOf, serviceObjects } from "../../manifests/inventory/objects.ts";
import { rowsOf } from "../../manifests/inventory/row.ts";
import type { KubernetesObject } from "../../manifests/objects.ts";
import type { Plan } from "../../model/plan.ts";
import { platformPlan, servicePlan } from "../sources.ts";

/* What an `up` makes in a cluster, by the rows of the plan: `Kind namespace/name`, as `FleetCluster` lists it. */

/** What one service has in the cluster, by a stack with these keys. */
export function objectsOf(name: string, keys: Readonly<Record<string, string>> = {}): string[] {
  return serviceObjects(servicePlan({}, keys, name))
    .map(nameOf)
    .sort();
}

/** What an administrator applied before for the teams of every catalogue, with our label too. */
export const DEPLOYER = named(deployerObjects("kargo-fleet-deployer", ["edge", "identity"], platformPlan()));

/** All that there is once a plan is up, what an administrator applied before it included. */
export function everythingOf(plan: Plan): string[] {
  const manifests = objectRowsOf(inventoriesOf(plan)).map(({ manifest }) => manifest);
  return [...new Set([...DEPLOYER, ...named(manifests)])].sort();
}

/** How many resources the engine knows then: components, their rows, two providers, the values files. */
export function resourcesOf(plan: Plan): number {
  return inventoriesOf(plan).reduce((sum, inventory) => sum + 1 + rowsOf(inventory).length, 3);
}

/** Those of the kinds that are listed. */
function named(objects: readonly KubernetesObject[]): string[] {
  return objects
    .filter(({ kind }) => !kind.startsWith("ClusterRole"))
    .map(nameOf)
    .sort();
}

function nameOf({ kind, metadata: { namespace = "", name } }: KubernetesObject): string {
  return `${kind} ${namespace}/${name}`;
}
