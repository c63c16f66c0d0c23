import type { z } from "zod";
import type { Problem } from "./diagnostics.ts";
import { isRecord, recordOf, type SourceDocument } from "./documents.ts";
import { readBySchema } from "./schema-problems.ts";

/**
 * Reads a file of teams and services. If entries are invalid, the value contains all others.
 * @returns no value if anything else is invalid
 */
export function readEntries<Schema extends z.ZodType>(
  schema: Schema,
  document: SourceDocument,
): { readonly value: z.output<Schema> | undefined; readonly problems: readonly Problem[] } {
  const { value, problems, issues } = readBySchema(schema, document.value, document);
  return { value: value ?? schema.safeParse(withoutWrong(document.value, issues)).data, problems };
}

/** The names in a map of the raw file, including invalid entries. */
export function namesIn({ value }: Pick<SourceDocument, "value">, map: "teams" | "services"): string[] {
  const entries = new Map(Object.entries(recordOf(value))).get(map);
  return Object.keys(recordOf(entries));
}

/** A copy of the raw file without entries that have issues and without unknown keys. */
function withoutWrong(raw: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  if (!isRecord(raw)) return raw;
  const wrong = new Set(issues.map(({ path }) => JSON.stringify(path.slice(0, 2))));
  const isRight = (map: string, name: string) => !wrong.has(JSON.stringify([map, name]));
  const known = Object.entries(raw).filter(([key]) => ["include", "teams", "services"].includes(key));
  const pruned = known.map(([map, entries]) => {
    if (Array.isArray(entries))
      return [map, entries.filter((_, at) => !wrong.has(JSON.stringify([map, at])))];
    return isRecord(entries)
      ? [map, Object.fromEntries(Object.entries(entries).filter(([name]) => isRight(map, name)))]
      : [map, entries];
  });
  return Object.fromEntries(pruned);
}
