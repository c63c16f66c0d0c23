/** A field in which two plain values differ. */
export interface FieldChange {
  /** `spec.requestedFreight[0].sources.requiredSoakTime`; empty if the values themselves differ. */
  readonly path: string;
  /** Undefined if it did not exist. */
  readonly before: unknown;
  /** Undefined if it is removed. */
  readonly after: unknown;
}

/**
 * Every leaf in which two values of plain data differ, in the order of their fields.
 * @param lists whether lists are compared item by item, or are leaves
 */
export function fieldChanges(
  before: unknown,
  after: unknown,
  lists: "by item" | "whole" = "by item",
  path = "",
): FieldChange[] {
  if (before === after) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys
      .filter((key) => own(before, key) !== own(after, key))
      .flatMap((key) => fieldChanges(own(before, key), own(after, key), lists, joined(path, key)));
  }
  if (lists === "by item" && Array.isArray(before) && Array.isArray(after)) {
    const byKey = before.length === after.length ? undefined : itemsByKey(before, after, path);
    if (byKey !== undefined) return byKey;
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      fieldChanges(before[index], after[index], lists, `${path}[${index}]`),
    ).flat();
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/**
 * Compares lists of different length by key, so that a new item does not shift the others. Items with a name match
 * by name, others by equality.
 * @returns undefined if items have no unique key, or if their order differs
 */
function itemsByKey(
  before: readonly unknown[],
  after: readonly unknown[],
  path: string,
): FieldChange[] | undefined {
  const [was, is] = [new Map(before.map(keyed)), new Map(after.map(keyed))];
  if (was.size !== before.length || is.size !== after.length) return undefined;
  const stay = [...was.keys()].filter((key) => is.has(key));
  const order = [...is.keys()].filter((key) => was.has(key));
  if (stay.join("\n") !== order.join("\n")) return undefined;
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) =>
    fieldChanges(was.get(key), is.get(key), "by item", `${path}[${key}]`),
  );
}

/** The key of an item: its name, or else its whole value. */
function keyed(item: unknown): [string, unknown] {
  return [isRecord(item) && typeof item.name === "string" ? item.name : (JSON.stringify(item) ?? ""), item];
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function joined(path: string, key: string): string {
  const part = /^[\w$-]+$/.test(key) ? key : `[${JSON.stringify(key)}]`;
  return path === "" || part.startsWith("[") ? `${path}${part}` : `${path}.${part}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
