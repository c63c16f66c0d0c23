import { isDeepStrictEqual } from "node:util";
import { isScalar, parseDocument, visit } from "yaml";
import { formatPath } from "../../model/diagnostics.ts";
import { PROJECT } from "../../model/stack-config.ts";
import { parseStackFile } from "../../model/stack-file.ts";
import { holdsSecret } from "../../model/stack-secrets.ts";

/**
 * The config keys that only shape a plan. None of them decides where the program connects, which credential it
 * uses, or what is secret, so changing them cannot send a token elsewhere. Only listed keys are trusted; new ones
 * are not.
 */
export const DATA_KEYS: readonly string[] = ["rollout", "pipelines", "warehouse"].map(
  (key) => `${PROJECT}:${key}`,
);

/** The result for a changed stack file: why it is more than data, or the text to use instead. */
type StackFileTrust =
  | { readonly reasons: readonly string[]; readonly text: undefined }
  | { readonly reasons: readonly []; readonly text: string };

/**
 * Compares two texts of `Pulumi.<stack>.yaml`. If only {@link DATA_KEYS} differ, it returns the base's text with
 * the new values of these keys, strings quoted. The engine uses another YAML parser, which must not find anything
 * in the file that was not checked here.
 * @returns reasons without the file's name, for example `it changes kargo-fleet:cluster`
 */
export function stackFileTrust(file: string, base: string, head: string): StackFileTrust {
  if (base === head) return { reasons: [], text: base };
  const [before, after] = [plainOf(file, base), plainOf(file, head)];
  if (before === undefined || after === undefined) return untrusted("it is not plain YAML");
  const { config: configBefore, ...restBefore } = before;
  const { config: configAfter, ...restAfter } = after;
  const reasons = differing(restBefore, restAfter).map((key) => `it changes ${key}`);
  const [old, now] = [recordOf(configBefore), recordOf(configAfter)];
  if (old === undefined || now === undefined) return untrusted("its config is not a map");
  const changed = differing(old, now);
  for (const key of changed) {
    const path = formatPath(["config", key]);
    if (!DATA_KEYS.includes(key)) reasons.push(`it changes ${path}`);
    else if (holdsSecret(old[key]) || holdsSecret(now[key])) reasons.push(`it moves a secret in ${path}`);
  }
  if (reasons.length > 0) return { reasons, text: undefined };
  const text = withValues(base, changed, now);
  // The new text is used only if it has the head's values.
  const same = text !== undefined && isDeepStrictEqual(plainOf(file, text), after);
  return same ? { reasons: [], text } : untrusted("it cannot be merged with the base's");
}

function untrusted(reason: string): StackFileTrust {
  return { reasons: [reason], text: undefined };
}

/** The file as plain data; undefined if it is invalid or has duplicate keys. */
function plainOf(file: string, text: string): Record<string, unknown> | undefined {
  const { value, problems } = parseStackFile(file, text);
  const plain = recordOf(value);
  // A readable file with wrong values is compared too.
  const unread = problems.some(({ code }) => code !== "KF012" && code !== "KF034");
  if (unread || plain === undefined) return undefined;
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(plain)), plain) ? plain : undefined;
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return { ...value };
}

function differing(one: Record<string, unknown>, other: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].filter(
    (key) =>
      Object.hasOwn(one, key) !== Object.hasOwn(other, key) || !isDeepStrictEqual(one[key], other[key]),
  );
}

function withValues(
  text: string,
  keys: readonly string[],
  values: Record<string, unknown>,
): string | undefined {
  const document = parseDocument(text);
  try {
    for (const key of keys) {
      if (!Object.hasOwn(values, key)) {
        document.deleteIn(["config", key]);
        continue;
      }
      const node = document.createNode(values[key], { flow: true, aliasDuplicateObjects: false });
      visit(node, {
        Scalar: (_, scalar) => {
          if (isScalar(scalar) && typeof scalar.value === "string") scalar.type = "QUOTE_DOUBLE";
        },
      });
      document.setIn(["config", key], node);
    }
    return document.toString({ lineWidth: 0 });
  } catch {
    // An alias whose anchor is in a replaced part.
    return undefined;
  }
}
