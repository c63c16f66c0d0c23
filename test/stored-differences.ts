/** Differences between a written and a stored value, as paths such as `spec.rules[0].verbs`. */
interface StoredDifferences {
  /** Written, but stored differently or not at all. */
  readonly changed: readonly string[];
  /** Stored, but not written: the outermost such path. */
  readonly added: readonly string[];
}

/** Compares a written value with the stored one, recursively. */
export function storedDifferences(written: unknown, stored: unknown, path = ""): StoredDifferences {
  if (!isObject(written) || !isObject(stored) || Array.isArray(written) !== Array.isArray(stored)) {
    return { changed: written === stored ? [] : [path], added: [] };
  }
  const below = (key: string) =>
    Array.isArray(written) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
  const found = Object.entries(written).map(([key, value]) =>
    key in stored
      ? storedDifferences(value, stored[key], below(key))
      : { changed: value === undefined ? [] : [below(key)], added: [] },
  );
  return {
    changed: found.flatMap(({ changed }) => changed),
    added: [
      ...found.flatMap(({ added }) => added),
      ...Object.keys(stored)
        .filter((key) => !(key in written))
        .map(below),
    ],
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
