import type { Cluster } from "../../../fleet/cluster.ts";
import { unbound } from "../access-world.ts";
import { type ByHand, make, unmake } from "../by-hand.ts";
import { get, patch, post, remove, sendOrThrow } from "../requests.ts";

/** A change of a cluster. @returns a function that undoes it */
type Change = (admin: Cluster) => Promise<() => Promise<unknown>>;

/** A way to grant a right outside the plan, or to weaken a limit. */
export interface Sabotage {
  readonly name: string;
  readonly change: Change;
  /** The beginning of the finding: `where  who  what`. */
  readonly found: string;
}

/** A break-glass user, who bypasses the guard. */
const as = unbound("somebody", "break-glass");

/** Creates objects. */
export function adds(objects: ByHand): Change {
  return async (admin) => {
    await make(admin, objects);
    return () => unmake(admin, objects);
  };
}

type Fields = Record<string, unknown>;

/** Changes fields of an existing object; `null` removes one. */
export function changes(path: string, fields: object): Change {
  return async (admin) => {
    const before = (await sendOrThrow(admin, get(path))).body as Fields;
    await sendOrThrow(admin, patch(path, fields, as));
    const body = inverse(fields as Fields, before);
    return () => sendOrThrow(admin, patch(path, body, as));
  };
}

function inverse(fields: Fields, before: Fields): Fields {
  const isObject = (value: unknown): value is Fields =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const back = Object.entries(fields).map(([key, value]) => {
    const old = before[key];
    return [key, isObject(value) && isObject(old) ? inverse(value, old) : (old ?? null)];
  });
  return Object.fromEntries(back);
}

/** Deletes an existing object. */
export function deletes(path: string): Change {
  return async (admin) => {
    const { body } = await sendOrThrow(admin, get(path));
    const { metadata, ...content } = body as { metadata: Fields };
    const { name, labels, annotations } = metadata;
    await sendOrThrow(admin, remove(path, as));
    const again = { ...content, metadata: { name, labels, annotations } };
    return () => sendOrThrow(admin, post(path.slice(0, path.lastIndexOf("/")), again, as));
  };
}

/** An RBAC rule with one kind and one verb. */
export const rule = (apiGroup: string, resource: string, verb: string, ...resourceNames: string[]): Rule => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs: [verb],
  ...(resourceNames.length > 0 && { resourceNames }),
});
export interface Rule {
  readonly apiGroups: readonly [string];
  readonly resources: readonly [string];
  readonly verbs: readonly [string];
  readonly resourceNames?: readonly string[];
}
export const user = (name: string) => ({ kind: "User", name, apiGroup: "rbac.authorization.k8s.io" });
