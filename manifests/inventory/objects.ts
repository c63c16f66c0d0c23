import type { Plan, PlatformPlan, ServicePlan } from "../../model/plan.ts";
import type { KubernetesObject } from "../objects.ts";
import { buildTriggersInventory } from "./build-triggers.ts";
import { isCustomizing } from "./customize.ts";
import { notificationsInventory } from "./notifications.ts";
import { platformInventory } from "./platform.ts";
import { type Inventory, type ObjectRow, type Row, rowsOf, type SecretValue } from "./row.ts";
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
  return platformInventories(platform).flatMap(rowsOf).filter(isPublic).map(manifestOf);
}

/** The Kubernetes objects of one service, its namespace first. */
export function serviceObjects(service: ServicePlan): readonly KubernetesObject[] {
  return rowsOf(serviceInventory(service)).filter(isPublic).map(manifestOf);
}

/** The manifest of each row by its role. */
export function manifestsOf(inventory: Inventory): ReadonlyMap<string, KubernetesObject> {
  return new Map(
    rowsOf(inventory)
      .filter(isObject)
      .map(({ role, manifest }) => [role, manifest]),
  );
}

/**
 * Checks what `customize.ts` changes and adds.
 * @throws InvalidInput with the forbidden changes of the first component that has any
 */
export function checkCustomization(plan: Plan): void {
  if (isCustomizing()) inventoriesOf(plan);
}

/** An object of a plan that `customize.ts` changes or adds. */
interface CustomizedObject {
  /** For example `Application argocd/nginx-prod`. */
  readonly object: string;
  /** The paths that it changes, or `added`. */
  readonly paths: readonly string[];
}

/** The objects of a plan that `customize.ts` changes or adds. */
function customizedObjects(plan: Pick<Plan, "platform" | "services">): readonly CustomizedObject[] {
  if (!isCustomizing()) return [];
  return inventoriesOf(plan)
    .flatMap(rowsOf)
    .filter(isObject)
    .flatMap(({ manifest: { kind, metadata }, customised: paths }) =>
      paths ? [{ object: `${kind} ${metadata.namespace ?? ""}/${metadata.name}`, paths }] : [],
    );
}

/** The number of objects that a note names. */
const NAMED = 5;

/** One line about the objects that `customize.ts` changes or adds; undefined if there are none. */
export function customizationNote(plan: Pick<Plan, "platform" | "services">): string | undefined {
  const all = customizedObjects(plan);
  if (all.length === 0) return undefined;
  const names = all.slice(0, NAMED).map(({ object, paths }) => `${object} (${paths.join(", ")})`);
  const more = all.length > NAMED ? ` and ${all.length - NAMED} more` : "";
  return `customize.ts changes or adds ${all.length} of this stack's objects: ${names.join("; ")}${more}.`;
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
  return inventoriesOf(plan)
    .flatMap(rowsOf)
    .filter(isObject)
    .flatMap(({ manifest: { metadata }, values = {} }) =>
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

/** Whether a row is a Kubernetes object and not a webhook. */
export function isObject(row: Row): row is ObjectRow {
  return "manifest" in row;
}

function isPublic(row: Row): row is ObjectRow {
  return isObject(row) && row.manifest.kind !== "Secret";
}

function manifestOf({ manifest }: ObjectRow): KubernetesObject {
  return manifest;
}
