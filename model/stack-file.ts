import { type DocumentPath, type Problem, problem } from "./diagnostics.ts";
import { isRecord, recordOf, repeatedKey, type SourceDocument } from "./documents.ts";
import { parseYaml } from "./yaml-document.ts";

/** The Pulumi project, which is the prefix of our config keys. */
export const PROJECT = "kargo-fleet";

/** The file of a stack's config. */
export function stackFileName(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

/** `key`, `project:key`, or the same in the old syntax. */
const KEY = /^([^:]*:(config:(?=[^:]*$))?)?[^:]+$/;

/**
 * Reads `Pulumi.<stack>.yaml` as the engine does. The result has full config keys: a bare key belongs to the
 * project, and `project:config:key` is the old syntax (`ParseKey` in Pulumi's sdk/go/common/resource/config).
 */
export function parseStackFile(file: string, text: string): SourceDocument {
  const document = parseYaml(file, text);
  const root = recordOf(document.value);
  const { config } = root;
  const problems = [...document.problems, ...unseen(document)];
  if (!isRecord(config)) return { ...document, problems };
  const written = new Map<string, string>();
  for (const key of Object.keys(config)) {
    const full = key.includes(":") ? key.replace(/^([^:]+):config:([^:]+)$/, "$1:$2") : `${PROJECT}:${key}`;
    const earlier = written.get(full);
    const line = document.place(["config", earlier ?? key], "key").line;
    if (earlier !== undefined)
      problems.push(repeatedKey(full, ["config", full], document.place(["config", key], "key"), line));
    else written.set(full, key);
  }
  const values = Object.fromEntries([...written].map(([full, key]) => [full, config[key]]));
  const place: SourceDocument["place"] = (path, part) => document.place(path.map(asWritten), part);
  const asWritten = (key: DocumentPath[number], depth: number) =>
    depth === 1 ? (written.get(String(key)) ?? key) : key;
  return { file, value: { ...root, config: values }, problems, place };
}

/** The config of a stack file by full keys. */
export function configOf({ value }: Pick<SourceDocument, "value">): Record<string, unknown> {
  return recordOf(recordOf(value).config);
}

/** Content that the engine refuses, or that only the engine can fetch. */
function unseen(document: SourceDocument): Problem[] {
  const { value } = document;
  const root = recordOf(value);
  const isMap = (data: unknown) => data === undefined || data === null || isRecord(data);
  const noMap = (path: DocumentPath) =>
    problem("KF012", document, path, "must be a map of keys to values.", "Write it as that type.", "key");
  const strange = Object.keys(configOf({ value })).filter((key) => !KEY.test(key));
  const fetched =
    "imports values from Pulumi ESC, which only the engine can read, so they cannot be checked.";
  return [
    ...(isMap(value) ? [] : [noMap([])]),
    ...(isMap(root.config) ? [] : [noMap(["config"])]),
    ...(root.environment === undefined
      ? []
      : [problem("KF034", document, ["environment"], fetched, "Write the values here.", "key")]),
    ...strange.map((key) => {
      const message = `${JSON.stringify(key)} is not a config key.`;
      return problem("KF014", document, ["config", key], message, `Write ${PROJECT}:key.`, "key");
    }),
  ];
}
