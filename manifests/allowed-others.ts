import { type AllowedKind, IT, inBuilds, isProject } from "./allowed-kind.ts";
import { resourceOf } from "./api-resource.ts";
import { allOf, anyOf, literal, text } from "./cel.ts";
import { type Place, type SampleRow, sampleRows } from "./inventory/sample.ts";

/** Fields of an object besides its content. */
const BESIDE = ["apiVersion", "kind", "metadata", "status"];

/**
 * The limits for kinds that no other file covers, such as those of customize.ts: only exactly the objects of these
 * rows.
 * @throws Error if the content differs between services; such a kind needs its own file
 */
export function allowedOthers(known: readonly AllowedKind[]): readonly AllowedKind[] {
  const kinds = new Set(known.map(({ kind }) => kind));
  const others = sampleRows().filter((row) => !kinds.has(kindOf(row)));
  return [...Map.groupBy(others, kindOf)].map(([kind, rows]) => letters(kind, distinct(rows)));
}

function kindOf({ manifest }: SampleRow): string {
  const { group, resource } = resourceOf(manifest);
  return `${resource}.${group}`;
}

/** Each object once, because two services may have the same row. */
function distinct(rows: readonly SampleRow[]): readonly SampleRow[] {
  const objects = new Map(rows.map((row) => [JSON.stringify([row.place, nameOf(row), contentOf(row)]), row]));
  const byRole = Map.groupBy([...objects.values()], ({ role, place }) => `${role} ${JSON.stringify(place)}`);
  for (const [first, ...more] of byRole.values())
    if (first && more.length > 0)
      throw new Error(
        `The row ${first.role} of ${first.manifest.kind} differs between services. Make it the same for all services, or describe the kind's form in manifests/allowed-*.ts.`,
      );
  return [...objects.values()];
}

function letters(kind: string, rows: readonly SampleRow[]): AllowedKind {
  const named = (it: string) =>
    anyOf(...rows.map((row) => allOf(isAt(it, row.place), `${it}.metadata.name == ${text(nameOf(row))}`)));
  const form = rows.map((row) => {
    const content = Object.entries(contentOf(row));
    const keys = JSON.stringify([...BESIDE, ...content.map(([key]) => key)]);
    return allOf(
      isAt(IT, row.place),
      `${IT}.metadata.name == ${text(nameOf(row))}`,
      `${IT}.all(k, k in ${keys})`,
      ...content.map(([key, value]) => `${IT}[?${text(key)}] == optional.of(${literal(value)})`),
    );
  });
  const names = [...new Set(rows.map(nameOf))];
  return { kind, named, form: anyOf(...form), says: `${names.join(", ")}, as this program has them` };
}

function isAt(it: string, place: Place): string {
  if (place === "projects") return isProject(`${it}.metadata.namespace`);
  if (place === "builds") return inBuilds(it);
  return place === "cluster" ? "true" : `${it}.metadata.namespace == ${text(place.namespace)}`;
}

function nameOf({ manifest }: SampleRow): string {
  return manifest.metadata.name;
}

function contentOf({ manifest }: SampleRow): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => !BESIDE.includes(key)));
}
