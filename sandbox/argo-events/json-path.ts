import { goJson, isObject, type JsonValue } from "./go-json.ts";
import { refuse } from "./refusal.ts";

/** One step of a path: a key or an index as it is written, or `#`, every element of an array. */
export type Step = { readonly key: string } | { readonly every: true };

/** What these letters mean in a path is simple: themselves. */
const PLAIN = /^[A-Za-z0-9_/-]+$/;

/**
 * The steps of a path in the language of gjson 1.19, which Argo Events reads events with: keys with dots between them,
 * `\.` for a dot inside a key, numbers for elements, `#` for all of them.
 *
 * @throws Refusal for all else of that language: wildcards, queries, modifiers, pipes, literals
 */
export function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = [];
  for (const part of path.match(/(?:\\.|[^.\\])+|\.(?=\.|$)|^\.|\\$/gs) ?? []) {
    if (part === "#") {
      steps.push({ every: true });
      continue;
    }
    const key = part.replaceAll("\\.", ".");
    if (part.startsWith(".") || !PLAIN.test(part.replaceAll("\\.", "")) || key === "__proto__") {
      refuse(
        `The path ${JSON.stringify(path)} uses more of gjson than this evaluator knows: keys of letters, digits, "_", ` +
          '"-" and "/", "\\." for a dot inside a key, numbers for elements, "#", and "[a,b]" of such paths.',
      );
    }
    steps.push({ key });
  }
  return steps.length > 0 ? steps : refuse("A path is empty.");
}

/**
 * What a path finds in a value; undefined where there is nothing. `[a,b]` finds an array of what each of its paths
 * finds, without those that find nothing. `null` is found.
 *
 * @throws Refusal for a path beyond what {@link stepsOf} reads
 */
export function find(value: JsonValue, path: string): JsonValue | undefined {
  if (!path.startsWith("[")) return follow(value, stepsOf(path), path);
  if (!path.endsWith("]")) refuse(`The path ${JSON.stringify(path)} goes on after its "]".`);
  const selected = path.slice(1, -1).split(",");
  return selected.flatMap((part) => {
    const found = follow(value, stepsOf(part), part);
    return found === undefined ? [] : [found];
  });
}

function follow(value: JsonValue, steps: readonly Step[], path: string): JsonValue | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if ("every" in step) {
    // In an object it is a key like any other.
    if (isObject(value)) return followKey(value, "#", rest, path);
    if (!Array.isArray(value)) return undefined;
    if (rest.length === 0) return value.length;
    return value.flatMap((item: JsonValue) => {
      const found = follow(item, rest, path);
      return found === undefined ? [] : [found];
    });
  }
  return followKey(value, step.key, rest, path);
}

function followKey(
  value: JsonValue,
  key: string,
  rest: readonly Step[],
  path: string,
): JsonValue | undefined {
  let next: JsonValue | undefined;
  if (isObject(value)) {
    next = Object.hasOwn(value, key) ? value[key] : undefined;
  } else if (Array.isArray(value) && /^\d+$/.test(key)) {
    if (/^0\d/.test(key)) refuse(`The path ${JSON.stringify(path)} has an index with a leading zero.`);
    next = value[Number(key)];
  }
  return next === undefined ? undefined : follow(next, rest, path);
}

/** A found value as text, as gjson's `String()` gives it: `null` is empty, arrays and objects are their JSON. */
export function textOf(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  return typeof value === "number" ? plainNumber(value) : goJson(value);
}

/** A number without an exponent, its shortest digits; Go's `strconv.FormatFloat(x, 'f', -1, 64)`. */
export function plainNumber(value: number): string {
  const text = goJson(value);
  const [, sign, whole, fraction = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? [];
  if (whole === undefined) return text;
  const digits = `${whole}${fraction}`;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, "0")}`;
}
