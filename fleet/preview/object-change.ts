import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../manifests/objects.ts";
import type { ObjectChange } from "./change.ts";

/** The differences between two lists of objects. */
export function objectChanges(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): ObjectChange[] {
  return differing(before, after, keyOf).map(({ action, one: { kind, metadata }, before, after }) => {
    return { action, kind, namespace: metadata.namespace, name: metadata.name, before, after };
  });
}

/** What differs between two lists: first what the second one has, then what it lacks. */
export function differing<One>(
  before: readonly One[],
  after: readonly One[],
  keyOf: (one: One) => string,
): (Pick<ObjectChange, "action"> & { one: One; before: One | undefined; after: One | undefined })[] {
  const was = new Map(before.map((one) => [keyOf(one), one]));
  const is = new Set(after.map(keyOf));
  const removed = before.filter((one) => !is.has(keyOf(one)));
  return [
    ...after.flatMap((one) => {
      const then = was.get(keyOf(one));
      const action = then === undefined ? ("create" as const) : ("update" as const);
      return isDeepStrictEqual(then, one) ? [] : [{ action, one, before: then, after: one }];
    }),
    ...removed.map((one) => ({ action: "delete" as const, one, before: one, after: undefined })),
  ];
}

function keyOf({ apiVersion, kind, metadata: { namespace = "", name } }: KubernetesObject): string {
  return [apiVersion, kind, namespace, name].join(" ");
}
