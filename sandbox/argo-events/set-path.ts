import { isObject, type JsonObject, type JsonValue } from "./go-json.ts";
import { stepsOf } from "./json-path.ts";
import { refuse } from "./refusal.ts";

/**
 * A copy of an object with a value at a path, as sjson 1.2 sets it: objects that are missing on the way are made, an
 * element just behind the end of an array is added.
 *
 * @throws Refusal where sjson would do something that nobody can want: replace what is no container, fill an array
 *   with nulls, or take `#`
 */
export function setAt(root: JsonObject, path: string, value: JsonValue): JsonObject {
  const keys = stepsOf(path).map((step) =>
    "key" in step ? step.key : refuse(`The destination ${JSON.stringify(path)} contains "#".`),
  );
  return set(root, keys, value, path) as JsonObject;
}

function set(
  container: JsonValue | undefined,
  keys: readonly string[],
  value: JsonValue,
  path: string,
): JsonValue {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(container)) {
    const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : container.length + 1;
    if (index > container.length) refuse(`The destination ${JSON.stringify(path)} is outside of an array.`);
    return container.toSpliced(index, 1, set(container[index], rest, value, path));
  }
  if (container === undefined && /^\d+$/.test(key)) {
    refuse(`The destination ${JSON.stringify(path)} would make an array that is not there.`);
  }
  if (container !== undefined && !isObject(container)) {
    refuse(`The destination ${JSON.stringify(path)} goes through what is no object.`);
  }
  const object = container ?? {};
  const old = Object.hasOwn(object, key) ? object[key] : undefined;
  return { ...object, [key]: set(old, rest, value, path) };
}
