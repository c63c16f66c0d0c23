import { inventoriesOf } from "../../manifests/inventory/objects.ts";
import { type HookRow, type Inventory, rowsOf } from "../../manifests/inventory/row.ts";
import { resourceName } from "../../model/names.ts";
import type { Plan } from "../../model/plan.ts";
import { nameOf } from "../engine-events.ts";
import type { Creation } from "./preview.ts";

/** A Kubernetes object that the plan names. */
export interface PlannedObject {
  readonly is: "object";
  readonly creation: Creation;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** A webhook that the plan names. */
export interface PlannedHook {
  readonly is: "hook";
  readonly creation: Creation;
  /** The repository's name without the owner; undefined for an organization's hook. */
  readonly repository: string | undefined;
  /** The address that identifies it. */
  readonly url: string;
}

/** A resource that the next `up` would create and that may already exist. */
export type Planned = PlannedObject | PlannedHook;

/**
 * The resources of a preview that can exist outside the state. Others need no recovery: components and providers
 * exist only in the state, and values files are written only if they are missing.
 * @param plan for the URLs of hooks, which a preview keeps secret
 */
export function plannedOf(
  creations: readonly Creation[],
  plan: Pick<Plan, "services" | "platform">,
): Planned[] {
  const hooks = new Map(inventoriesOf(plan).flatMap(hooksOf));
  return creations.flatMap((creation): Planned[] => {
    if (!creation.custom) return [];
    const hook = hooks.get(nameOf(creation.urn));
    if (hook) return [{ is: "hook", creation, repository: hook.repository, url: hook.url }];
    // The next `up` repeats a patch, whoever created its object.
    const patch = creation.type.endsWith("Patch");
    return creation.type.startsWith("kubernetes:") && !patch ? object(creation) : [];
  });
}

/** The webhooks of a component, by what the engine calls them. */
function hooksOf(inventory: Inventory): (readonly [string, HookRow["hook"]])[] {
  return rowsOf(inventory).flatMap((row) =>
    "hook" in row ? [[resourceName(inventory.name, row.role), row.hook] as const] : [],
  );
}

function object(creation: Creation): PlannedObject[] {
  const { apiVersion, kind, metadata } = creation.inputs;
  const { name, namespace, labels = {} } = recordOf(metadata);
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") return [];
  return [
    {
      is: "object",
      creation,
      apiVersion,
      kind,
      name,
      namespace: typeof namespace === "string" ? namespace : undefined,
      labels: recordOf(labels) as Record<string, string>,
    },
  ];
}

/** An object of the API server, or a part of one. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object's id in the form of the Kubernetes provider: `namespace/name`, or `name`. */
export function idOf({ name, namespace }: { readonly name?: unknown; readonly namespace?: unknown }): string {
  return namespace === undefined ? String(name) : `${namespace}/${name}`;
}

/** The value if it is an object, else an empty object. */
export function recordOf(value: unknown): Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
}

/** The objects in a value if it is an array, else none. */
export function listOf(value: unknown): Fields[] {
  return (Array.isArray(value) ? value : []).map(recordOf);
}

/** For people: `Stage kargo-nginx/dev`, `hook acme/nginx → https://…`. */
export function describe(planned: Planned, owner: string): string {
  if (planned.is === "hook") {
    const { repository, url } = planned;
    return `hook ${repository === undefined ? owner : `${owner}/${repository}`} → ${url}`;
  }
  return `${planned.kind} ${idOf(planned)}`;
}
