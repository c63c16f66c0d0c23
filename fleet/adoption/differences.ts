import { type Fields, recordOf } from "../recovery/planned.ts";
import { ownersOf } from "./managers.ts";

/** A field in which an object differs from the plan. */
export interface Difference {
  /** For example `spec.sources[0].path`. */
  readonly path: string;
  /** Undefined if the field does not exist yet. */
  readonly live: unknown;
  /** Undefined if the field will be removed. */
  readonly planned: unknown;
  /** Other field managers of the field, without kubectl and Pulumi. */
  readonly owners: readonly string[];
}

/** The engine's replacement of secrets in a preview; such values cannot be compared. */
const SECRET = "[secret]";
/** Fields that identify the object or that the API server sets. */
const IDENTITY: readonly string[] = ["apiVersion", "kind", "metadata.name", "metadata.namespace", "status"];

/**
 * How the next `up` would change an object: fields that the plan sets to another value, and fields that its former
 * manager set and the plan does not. Defaults of the API server and fields of controllers are kept.
 * @param taken whether a manager is one of those whose fields are taken over
 */
export function differences(
  live: Fields,
  planned: Fields,
  taken: (manager: string) => boolean,
): Difference[] {
  const owners = ownersOf(live);
  const owned = (path: string) => [...new Set(owners.get(path)?.filter((name) => !taken(name)))].sort();
  const found: Difference[] = [];
  const compare = (path: string, is: unknown, should: unknown) => {
    if (should === SECRET || IDENTITY.includes(path) || is === should) return;
    if (isRecord(should) && (isRecord(is) || (is === undefined && Object.keys(should).length > 0))) {
      for (const [key, value] of Object.entries(should)) compare(join(path, key), is?.[key], value);
    } else if (Array.isArray(should) && Array.isArray(is) && should.length === is.length) {
      should.forEach((value, index) => {
        compare(`${path}[${index}]`, is[index], value);
      });
    } else found.push({ path, live: is, planned: should, owners: owned(path) });
  };
  compare("", live, planned);
  const reported = new Set(found.map(({ path }) => path));
  const removed = [...owners]
    .filter(([path, names]) => names.every(taken) && !reported.has(path) && path !== LAST_APPLIED)
    .filter(([path]) => !IDENTITY.some((own) => path === own || path.startsWith(`${own}.`)))
    .map(([path]) => ({ path, live: at(live, path), planned: undefined, owners: [] }))
    .filter((each) => isLeaf(each.live) && at(planned, each.path) === undefined);
  return [...found, ...removed];
}

/** kubectl's own annotation, which nobody needs. */
const LAST_APPLIED = "metadata.annotations.kubectl.kubernetes.io/last-applied-configuration";

function isLeaf(value: unknown): boolean {
  return value !== undefined && !isRecord(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Keys of labels and annotations contain dots, so the existing keys decide how to split a path. */
function at(value: unknown, path: string): unknown {
  if (path === "") return value;
  const keys = Object.keys(recordOf(value)).filter((key) => path === key || path.startsWith(`${key}.`));
  for (const key of keys) {
    const found = at(recordOf(value)[key], path.slice(key.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
