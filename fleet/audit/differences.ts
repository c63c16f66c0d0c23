import { type Finding, THE_CLUSTER } from "./finding.ts";
import { idOf, type LiveObject, type LiveObjects } from "./live-objects.ts";
import { labelOf, subjectsOf } from "./subjects.ts";

/** Annotations that grant rights; an extra one is as wrong as a missing one. */
const GIVES_RIGHTS = /^(kargo\.akuity\.io\/authorized-stage$|rbac\.kargo\.akuity\.io\/)/;

/** Fields with harmless defaults that the API server adds to a ValidatingAdmissionPolicy and its binding. */
const ADDED_BY_KUBERNETES: Readonly<Record<string, string>> = {
  matchPolicy: '"Equivalent"',
  namespaceSelector: "{}",
  objectSelector: "{}",
};

/** Compares each expected object with the cluster's. A finding names the first field that differs. */
export function differences(expected: readonly LiveObject[], live: LiveObjects): Finding[] {
  const byId = new Map(expected.map((object) => [idOf(object), object]));
  return expected.flatMap((object): Finding[] => {
    const { namespace, name } = object.metadata;
    const where = namespace ?? (object.kind === "Namespace" ? name : THE_CLUSTER);
    const found = live.get(object);
    const [first, ...more] =
      found === undefined ? ["it is not in the cluster"] : differencesOf(object, found);
    if (first === undefined) return [];
    const what = `${idOf(object)} ${found === undefined ? "is missing" : "differs"}`;
    const because = more.length === 0 ? first : `${first}; and ${more.length} more`;
    return [{ where, who: concerned(object, byId), what, because }];
  });
}

/** The subjects that a Role or a binding concerns. */
function concerned({ kind, metadata }: LiveObject, expected: ReadonlyMap<string, LiveObject>): string[] {
  if (!/Role/.test(kind)) return [];
  // In this program a Role and its binding have the same name.
  const binding = kind.endsWith("Binding") ? kind : `${kind}Binding`;
  const found = expected.get(idOf({ apiVersion: "", kind: binding, metadata }));
  return found === undefined ? [] : subjectsOf(found).map(labelOf);
}

/** The fields in which an object differs from the expected one, each with both values. */
export function differencesOf(expected: LiveObject, found: LiveObject): string[] {
  const { labels = {}, annotations = {} } = found.metadata;
  const wanted = expected.metadata.annotations ?? {};
  const deciding = Object.keys({ ...wanted, ...annotations }).filter((key) => GIVES_RIGHTS.test(key));
  return [
    ...Object.entries(expected.metadata.labels ?? {}).flatMap(([key, value]) =>
      compare(`metadata.labels["${key}"]`, value, labels[key]),
    ),
    ...deciding.flatMap((key) => compare(`metadata.annotations["${key}"]`, wanted[key], annotations[key])),
    ...compare("", contentOf(expected), contentOf(found)),
  ];
}

/** The content of an object without the fields that Kubernetes writes. */
function contentOf(object: LiveObject): Record<string, unknown> {
  const { apiVersion: _, kind, metadata: __, ...content } = object as LiveObject & Record<string, unknown>;
  switch (kind) {
    case "Namespace":
      return {};
    case "ServiceAccount":
      return { automountServiceAccountToken: content.automountServiceAccountToken };
    case "ValidatingAdmissionPolicy":
    case "ValidatingAdmissionPolicyBinding":
      return withoutAdded(content) as Record<string, unknown>;
  }
  return content;
}

function withoutAdded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAdded);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key, one]) => ADDED_BY_KUBERNETES[key] !== JSON.stringify(one));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutAdded(one)]));
}

/** The paths in which two values differ. @param root the path of the values themselves */
export function differingPaths(wanted: unknown, found: unknown, root = ""): string[] {
  return differing(root, wanted, found).map(({ path }) => path);
}

function compare(path: string, wanted: unknown, found: unknown): string[] {
  return differing(path, wanted, found).map(
    (each) => `${each.path} is ${shown(each.found)} and should be ${shown(each.wanted)}`,
  );
}

interface Difference {
  readonly path: string;
  readonly wanted: unknown;
  readonly found: unknown;
}

function differing(path: string, wanted: unknown, found: unknown): Difference[] {
  if (isContainer(wanted) && isContainer(found) && Array.isArray(wanted) === Array.isArray(found))
    return Object.keys({ ...wanted, ...found }).flatMap((key) =>
      differing(
        Array.isArray(wanted) ? `${path}[${key}]` : [path, key].filter(Boolean).join("."),
        (wanted as Record<string, unknown>)[key],
        (found as Record<string, unknown>)[key],
      ),
    );
  if (wanted === found || (isEmpty(wanted) && isEmpty(found))) return [];
  return [{ path, wanted, found }];
}

/** The API server omits empty lists for most kinds. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function shown(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
