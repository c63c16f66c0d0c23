/** One field in which two plain values differ. */
export interface FieldChange {
  /** `spec.requestedFreight[0].sources.requiredSoakTime`; nothing where the values themselves differ. */
  readonly path: string;
  /** Nothing where it was not there. */
  readonly before: unknown;
  /** Nothing where it goes. */
  readonly after: unknown;
}

/**
 * Every leaf in which two values of plain data differ, in the order of their fields.
 *
 * @param lists whether lists are compared item by item, or are leaves themselves
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
 * Lists of different length, so that one item more shifts none: items of one name meet, others where they are the same.
 *
 * @returns nothing where items have no key of their own, or stand in another order
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

/** By what an item is known: its name, or else all of it. */
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
