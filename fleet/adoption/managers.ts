import { recordOf } from "../recovery/planned.ts";

/** A field manager of an object, from its `managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: string;
  /** The paths of its fields: `spec.interval`; for lists only the path of the list. */
  readonly fields: readonly string[];
}

/** The managers of an object and their fields, without subresources. */
export function managersOf(live: Readonly<Record<string, unknown>>): Manager[] {
  return entriesOf(live).flatMap(({ manager, operation, subresource, fieldsV1 }) =>
    subresource
      ? []
      : [{ name: String(manager), operation: String(operation), fields: pathsOf(recordOf(fieldsV1), "") }],
  );
}

/** The managers of each managed field. */
export function ownersOf(live: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly Manager[]> {
  const owners = new Map<string, Manager[]>();
  for (const manager of managersOf(live)) {
    for (const path of manager.fields) owners.set(path, [...(owners.get(path) ?? []), manager]);
  }
  return owners;
}

type Entry = Readonly<Record<string, unknown>>;

export function entriesOf(live: Readonly<Record<string, unknown>>): Entry[] {
  const { managedFields } = recordOf(live.metadata);
  return Array.isArray(managedFields) ? managedFields.map(recordOf) : [];
}

/**
 * Field keys begin with `f:`. Keys of list items begin otherwise; lists are treated as a whole here.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
function pathsOf(fields: Readonly<Record<string, unknown>>, above: string): string[] {
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
export function isHandOrPulumi({ name }: Pick<Manager, "name">): boolean {
  return /^(kubectl|before-first-apply|pulumi-)/.test(name);
}

/**
 * The managed fields of an object after the hand-over: they look as if the provider had created the object, so its
 * next update takes over all fields. The provider would also take over kubectl's fields, but every preview before
 * that would show a conflict.
 * @param taken the managers whose fields are handed over
 * @returns undefined if there is nothing to hand over
 */
export function handedOver(
  live: Readonly<Record<string, unknown>>,
  taken: (manager: { readonly name: string; readonly operation: string }) => boolean,
): Entry[] | undefined {
  const entries = entriesOf(live);
  const gives = (entry: Entry) =>
    !entry.subresource &&
    !isPosted(entry) &&
    taken({ name: String(entry.manager), operation: String(entry.operation) });
  const given = entries.filter(gives);
  if (given.length === 0) return undefined;
  const kept = entries.filter((entry) => !gives(entry) && !isPosted(entry));
  const heirs = new Map<string, Entry>();
  for (const entry of [...entries.filter(isPosted), ...given]) {
    const version = String(entry.apiVersion);
    const fields = merged(recordOf(heirs.get(version)?.fieldsV1), recordOf(entry.fieldsV1));
    heirs.set(version, { ...entry, manager: POSTED, operation: "Update", fieldsV1: fields });
  }
  return [...kept, ...heirs.values()];
}

function isPosted({ manager, operation, subresource }: Entry): boolean {
  return manager === POSTED && operation === "Update" && !subresource;
}

function merged(
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other))
    both[key] = key in both ? merged(recordOf(both[key]), recordOf(value)) : value;
  return both;
}
