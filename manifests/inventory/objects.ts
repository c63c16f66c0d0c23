import type { Plan, PlatformPlan, ServicePlan } from "../../model/plan.ts";
import type { KubernetesObject } from "../objects.ts";
import { buildTriggersInventory } from "./build-triggers.ts";
import { isCustomizing } from "./customize.ts";
import { notificationsInventory } from "./notifications.ts";
import { platformInventory } from "./platform.ts";
import { type Inventory, type ObjectRow, rowsOf, type SecretValue } from "./row.ts";
import { serviceInventory } from "./service.ts";

/** The components of a plan with all their resources, in a valid order of creation. */
export function inventoriesOf({ platform, services }: Pick<Plan, "platform" | "services">): Inventory[] {
  return [...platformInventories(platform), ...services.map(serviceInventory)];
}

/** The components of the shared objects; none if another stack owns them. */
export function platformInventories(platform: PlatformPlan | undefined): Inventory[] {
  if (!platform) return [];
  const { buildTriggers, notifications } = platform;
  return [
    platformInventory(platform),
    ...(buildTriggers ? [buildTriggersInventory(buildTriggers)] : []),
    ...(notifications ? [notificationsInventory(notifications)] : []),
  ];
}

/** The shared Kubernetes objects, without Secrets and the administrator's objects. */
export function platformObjects(platform: PlatformPlan): readonly KubernetesObject[] {
  return publicObjects(platformInventories(platform));
}

/** The Kubernetes objects of one service, its namespace first. */
export function serviceObjects(service: ServicePlan): readonly KubernetesObject[] {
  return publicObjects([serviceInventory(service)]);
}

/** The manifest of each row by its role. */
export function manifestsOf(inventory: Inventory): ReadonlyMap<string, KubernetesObject> {
  return new Map(objectRowsOf([inventory]).map(({ role, manifest }) => [role, manifest]));
}

/**
 * Checks what `customize.ts` changes and adds.
 * @throws InvalidInput with the forbidden changes of the first component that has any
 */
export function checkCustomization(plan: Plan): void {
  if (isCustomizing()) inventoriesOf(plan);
}

/** The number of objects that a note names. */
const NAMED = 5;

/** One line about the objects that `customize.ts` changes or adds; undefined if there are none. */
export function customizationNote(plan: Pick<Plan, "platform" | "services">): string | undefined {
  if (!isCustomizing()) return undefined;
  const all = objectRowsOf(inventoriesOf(plan)).flatMap(
    ({ manifest: { kind, metadata }, customised: paths }) =>
      paths ? [`${kind} ${metadata.namespace ?? ""}/${metadata.name} (${paths.join(", ")})`] : [],
  );
  if (all.length === 0) return undefined;
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
  return `customize.ts changes or adds ${all.length} of this stack's objects: ${all.slice(0, NAMED).join("; ")}${more}.`;
}

/** A Secret of a stack, and the source of its content. */
interface SecretName {
  readonly namespace: string;
  readonly name: string;
  /** For example `kargo-fleet:gitPassword`. */
  readonly from: string;
}

/** The Secrets of a plan; only the engine knows their content. */
export function secretNames(plan: Plan): readonly SecretName[] {
  return objectRowsOf(inventoriesOf(plan)).flatMap(({ manifest: { metadata }, values = {} }) =>
    [...new Set(Object.values(values).map(configKey))].map((from) => ({
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      from,
    })),
  );
}

function configKey(value: SecretValue): string {
  return `kargo-fleet:${"config" in value ? value.config : "webhookMasterSecret"}`;
}

/** The rows that are Kubernetes objects and not webhooks. */
export function objectRowsOf(inventories: readonly Inventory[]): readonly ObjectRow[] {
  return inventories.flatMap(rowsOf).filter((row) => "manifest" in row);
}

function publicObjects(inventories: readonly Inventory[]): readonly KubernetesObject[] {
  const manifests = objectRowsOf(inventories).map(({ manifest }) => manifest);
  return manifests.filter(({ kind }) => kind !== "Secret");
}
