import { platformInventories } from "../../manifests/inventory/objects.ts";
import { type Inventory, type Row, rowsOf } from "../../manifests/inventory/row.ts";
import { serviceInventory } from "../../manifests/inventory/service.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import type { NamedPlan } from "../chosen-stacks.ts";
import { type PlannedResource, resourcesOf, urnOf, VALUES_FILES } from "../preview/urns.ts";
import type { Part } from "./engine-run.ts";

/** The providers of the program. Whatever a run targets, it needs those that the state does not have yet. */
const PROVIDERS: readonly PlannedResource[] = [
  { type: "pulumi:providers:kubernetes", name: "kubernetes" },
  { type: "pulumi:providers:github", name: "github" },
  { type: "pulumi:providers:pulumi-nodejs", name: "values-files" },
];

/** The targets are command-line arguments, which an operating system limits to about a million characters. */
const MOST = 500_000;

/** What a run is about. */
export interface Concern {
  readonly services: readonly string[];
  readonly platform: boolean;
}

/**
 * Whether a service can be brought up apart from its stack. One that is being removed cannot: its parts may be in
 * the state or not, and the engine refuses a target that exists nowhere.
 */
export function standsAlone({ state, stages }: ServicePlan): boolean {
  return state === "active" && stages.every((stage) => stage.state === "active");
}

/**
 * The parts of a stack that bring up some services or the shared objects: more than one if there are too many
 * targets for one command line.
 * @param rest whether the program registers everything else too. The engine deletes what is not registered and
 * depends on a target, so without it nothing else may depend on the targets: only after a whole `up` of this program
 */
export function partsOf({ name: stack, plan }: NamedPlan, concern: Concern, rest: boolean): Part[] {
  const shared = urns(stack, [
    ...(rest ? PROVIDERS : []),
    ...(concern.services.length > 0 ? [VALUES_FILES] : []),
    ...(concern.platform ? platformInventories(plan.platform).flatMap(made) : []),
  ]);
  const parts: { targets: string[]; services: string[]; size: number }[] = [];
  const begin = () => {
    const part = { targets: [...shared], services: [] as string[], size: sizeOf(shared) };
    parts.push(part);
    return part;
  };
  let part = begin();
  for (const service of servicesOf(plan, concern)) {
    const own = urns(stack, made(serviceInventory(service)));
    if (part.services.length > 0 && part.size + sizeOf(own) > MOST) part = begin();
    part.targets.push(...own);
    part.services.push(service.name);
    part.size += sizeOf(own);
  }
  return parts.map((each) => ({
    targets: each.targets,
    filter: { services: each.services, platform: concern.platform, ...(rest && { rest }) },
  }));
}

/** The resources of a component that are not being removed. */
function made(inventory: Inventory): PlannedResource[] {
  const stays = (rows: readonly Row[]) => rows.filter(({ removing }) => !removing);
  return resourcesOf({ ...inventory, parts: { all: stays(rowsOf(inventory)) } });
}

function urns(stack: string, resources: readonly PlannedResource[]): string[] {
  return resources.map((resource) => urnOf(stack, resource));
}

function sizeOf(targets: readonly string[]): number {
  return targets.reduce((sum, urn) => sum + urn.length + "--target ".length + 1, 0);
}

export function servicesOf(
  { services }: Pick<Plan, "services">,
  concern: Pick<Concern, "services">,
): ServicePlan[] {
  const names = new Set(concern.services);
  return services.filter(({ name }) => names.has(name));
}

export function inventoriesOf(plan: Plan, concern: Concern): Inventory[] {
  const shared = concern.platform ? platformInventories(plan.platform) : [];
  return [...shared, ...servicesOf(plan, concern).map(serviceInventory)];
}

/** The number of resources that the program registers for a part of a stack. */
export function resourceCount(plan: Plan, concern: Concern): number {
  return inventoriesOf(plan, concern).reduce((sum, inventory) => sum + 1 + rowsOf(inventory).length, 0);
}
