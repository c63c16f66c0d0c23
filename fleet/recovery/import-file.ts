import { isStack, nameOf, STACK } from "../engine-events.ts";
import type { Creation } from "./preview.ts";

/** A resource of an import file. A component has no id, because it exists only in the state. */
export interface ImportEntry {
  readonly type: string;
  /** Unique in the file: the URN. */
  readonly name: string;
  /** The Pulumi name. */
  readonly logicalName: string;
  readonly id?: string;
  readonly component?: true;
  readonly parent?: string;
  readonly provider?: string;
}

/**
 * The content of a file for `pulumi import --file`.
 * @see https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
 */
export interface ImportFile {
  readonly nameTable: Readonly<Record<string, string>>;
  readonly resources: readonly ImportEntry[];
}

/** A resource to import, with its provider's id. */
export interface Taken {
  readonly creation: Creation;
  readonly id: string;
}

/**
 * Builds the import file. Each resource gets the parent and the explicit provider with which the program registers
 * it. Parent components that are missing in the state are included.
 * @param creations everything that the next `up` would create, including components
 */
export function importFile(taken: readonly Taken[], creations: readonly Creation[]): ImportFile {
  const byUrn = new Map(creations.map((creation) => [creation.urn, creation]));
  const nameTable: Record<string, string> = {};
  const entries = new Map<string, ImportEntry>();
  const place = (creation: Creation): Pick<ImportEntry, "parent" | "provider"> => {
    const { parent, provider } = creation;
    const above = parent === undefined ? undefined : byUrn.get(parent);
    if (above && above.type !== STACK && !entries.has(above.urn))
      entries.set(above.urn, { ...entry(above), component: true, ...place(above) });
    const inTable = (urn: string) => {
      if (!entries.has(urn)) nameTable[urn] = urn;
      return urn;
    };
    return {
      ...(parent !== undefined && !isStack(parent) && { parent: inTable(parent) }),
      ...(provider !== undefined && { provider: inTable(provider) }),
    };
  };
  for (const { creation, id } of taken)
    entries.set(creation.urn, { ...entry(creation), id, ...place(creation) });
  return { nameTable, resources: [...entries.values()] };
}

/** The providers that the import needs and that must be created first. */
export function missingProviders(taken: readonly Taken[], creations: readonly Creation[]): string[] {
  const wanted = new Set(taken.flatMap(({ creation }) => creation.provider ?? []));
  return creations.map(({ urn }) => urn).filter((urn) => wanted.has(urn));
}

function entry({ urn, type }: Creation): Pick<ImportEntry, "type" | "name" | "logicalName"> {
  return { type, name: urn, logicalName: nameOf(urn) };
}
