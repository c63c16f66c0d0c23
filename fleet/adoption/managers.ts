import { recordOf } from "../recovery/planned.ts";

/** Somebody who set fields of an object, as the API server keeps the books of server-side apply. */
export interface Manager {
  readonly name: string;
  readonly operation: string;
  /** The paths of its fields: `spec.interval`; of lists only the list. */
  readonly fields: readonly string[];
}

/** Who set which fields, without subresources. */
export function managersOf(live: Readonly<Record<string, unknown>>): Manager[] {
  return entriesOf(live).flatMap(({ manager, operation, subresource, fieldsV1 }) =>
    subresource
      ? []
      : [{ name: String(manager), operation: String(operation), fields: pathsOf(recordOf(fieldsV1), "") }],
  );
}

/** The managers of each field that has any. */
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
 * In the API server's form a field's key begins with `f:`; keys of list items begin otherwise, and a list is taken as a
 * whole here.
 *
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

/** The manager of the POST that the Kubernetes provider makes objects by; from it, it takes fields over. */
const POSTED = "pulumi-kubernetes";

/** Whether a manager is kubectl in one of its ways, or Pulumi itself. */
export function isHandOrPulumi({ name }: Pick<Manager, "name">): boolean {
  return /^(kubectl|before-first-apply|pulumi-)/.test(name);
}

/**
 * The books of an object after its former makers' fields were handed over: they stand as if the provider had made the
 * object, so that its next update takes them over whole. By kubectl's name the real provider would do so too, yet show a
 * conflict in every preview before that.
 *
 * @param taken whose fields are handed over
 * @returns nothing where there is nothing to hand over
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
