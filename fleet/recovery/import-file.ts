import { type Creation, nameOf } from "./preview.ts";

/** A resource of an import file; a component has no id, since it is nowhere but in the state. */
export interface ImportEntry {
  readonly type: string;
  /** Unique in the file: the URN. */
  readonly name: string;
  /** What the program calls it. */
  readonly logicalName: string;
  readonly id?: string;
  readonly component?: true;
  readonly parent?: string;
  readonly provider?: string;
}

/**
 * What `pulumi import --file` takes.
 *
 * @see https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
 */
export interface ImportFile {
  readonly nameTable: Readonly<Record<string, string>>;
  readonly resources: readonly ImportEntry[];
}

/** A resource that is taken over, with the id that its provider knows it by. */
export interface Taken {
  readonly creation: Creation;
  readonly id: string;
}

const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * The import of what is taken over, each exactly where the program will register it: the same parent, and the explicit
 * provider. A component above one, where it is not in the state yet, comes along.
 *
 * @param creations everything that the next `up` would create, components included
 */
export function importFile(taken: readonly Taken[], creations: readonly Creation[]): ImportFile {
  const byUrn = new Map(creations.map((creation) => [creation.urn, creation]));
  const nameTable: Record<string, string> = {};
  const entries = new Map<string, ImportEntry>();
  const place = (creation: Creation): Pick<ImportEntry, "parent" | "provider"> => {
    const { parent, provider } = creation;
    const above = parent === undefined ? undefined : byUrn.get(parent);
    if (above && above.type !== STACK_TYPE && !entries.has(above.urn))
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

/** The providers that the import works through and that are yet to be created. */
export function missingProviders(taken: readonly Taken[], creations: readonly Creation[]): string[] {
  const wanted = new Set(taken.flatMap(({ creation }) => creation.provider ?? []));
  return creations.map(({ urn }) => urn).filter((urn) => wanted.has(urn));
}

function entry({ urn, type }: Creation): Pick<ImportEntry, "type" | "name" | "logicalName"> {
  return { type, name: urn, logicalName: nameOf(urn) };
}

function isStack(urn: string): boolean {
  return urn.split("::")[2] === STACK_TYPE;
}
