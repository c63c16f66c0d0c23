import { messageOf } from "../cluster.ts";
import { FleetError } from "../fleet-error.ts";
import { type Fields, listOf, type PlannedObject, recordOf } from "../recovery/planned.ts";
import type { Tools } from "../recovery/tools.ts";

/** A field manager of an object, from its `managedFields`. */
export interface Manager {
  readonly name: string;
  /** The paths of its fields: `spec.interval`; for lists only the path of the list. */
  readonly fields: readonly string[];
}

/** The managers of an object and their fields, without subresources. */
export function managersOf(live: Fields): Manager[] {
  return listOf(recordOf(live.metadata).managedFields).flatMap(({ manager, subresource, fieldsV1 }) =>
    subresource ? [] : [{ name: String(manager), fields: pathsOf(recordOf(fieldsV1), "") }],
  );
}

/** The names of the managers of each managed field. */
export function ownersOf(live: Fields): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const { name, fields } of managersOf(live)) {
    for (const path of fields) owners.set(path, [...(owners.get(path) ?? []), name]);
  }
  return owners;
}

/**
 * Field keys begin with `f:`. Keys of list items begin otherwise; lists are treated as a whole here.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
function pathsOf(fields: Fields, above: string): string[] {
  return Object.entries(fields).flatMap(([key, below]) => {
    if (!key.startsWith("f:")) return [];
    const path = above === "" ? key.slice(2) : `${above}.${key.slice(2)}`;
    const inner = recordOf(below);
    const children = Object.keys(inner).filter((child) => child !== ".");
    const isList = children.some((child) => !child.startsWith("f:"));
    return children.length === 0 || isList ? [path] : pathsOf(inner, path);
  });
}

/** The field manager of the provider's POST. The provider's first update takes over its fields. */
const POSTED = "pulumi-kubernetes";

/** Whether a manager is kubectl or Pulumi. */
export function isHandOrPulumi(manager: string): boolean {
  return /^(kubectl|before-first-apply|pulumi-)/.test(manager);
}

const ATTEMPTS = 5;

/**
 * Hands the fields of other field managers over to the provider. Only the object's managed fields change.
 * @throws FleetError if the API server refuses
 */
export async function handOver(
  object: PlannedObject,
  taken: (manager: string) => boolean,
  { objects, cluster }: Tools,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const found = await objects.find(object);
    const managedFields = found && handedOver(found.live, taken);
    if (!managedFields) return;
    const { resourceVersion } = recordOf(found.live.metadata);
    const body = { metadata: { resourceVersion, managedFields } };
    const answer = await cluster.send({ method: "PATCH", path: found.path, body });
    if (answer.status === 200) return;
    // A controller changed the object meanwhile: read it again.
    if (answer.status === 409 && attempt < ATTEMPTS) continue;
    throw new FleetError(
      `The fields of ${object.kind} ${object.name} cannot be handed over to the engine (${answer.status}): ${messageOf(answer)}.`,
    );
  }
}

/**
 * The managed fields of an object after the hand-over: they look as if the provider had created the object, so its
 * next update takes over all fields. The provider would also take over kubectl's fields, but every preview before
 * that would show a conflict.
 * @param taken the managers whose fields are handed over
 * @returns undefined if there is nothing to hand over
 */
export function handedOver(live: Fields, taken: (manager: string) => boolean): Fields[] | undefined {
  const entries = listOf(recordOf(live.metadata).managedFields);
  const gives = (entry: Fields) => !entry.subresource && !isPosted(entry) && taken(String(entry.manager));
  const given = entries.filter(gives);
  if (given.length === 0) return undefined;
  const kept = entries.filter((entry) => !gives(entry) && !isPosted(entry));
  const heirs = new Map<string, Fields>();
  for (const entry of [...entries.filter(isPosted), ...given]) {
    const version = String(entry.apiVersion);
    const fields = merged(recordOf(heirs.get(version)?.fieldsV1), recordOf(entry.fieldsV1));
    heirs.set(version, { ...entry, manager: POSTED, operation: "Update", fieldsV1: fields });
  }
  return [...kept, ...heirs.values()];
}

function isPosted({ manager, operation, subresource }: Fields): boolean {
  return manager === POSTED && operation === "Update" && !subresource;
}

function merged(one: Fields, other: Fields): Record<string, unknown> {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other))
    both[key] = key in both ? merged(recordOf(both[key]), recordOf(value)) : value;
  return both;
}
