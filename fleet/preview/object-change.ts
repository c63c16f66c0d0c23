import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../manifests/objects.ts";
import type { ObjectChange } from "./change.ts";

/** The differences between two lists of objects: first those in the second list, then the deleted ones. */
export function objectChanges(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
): ObjectChange[] {
  const was = new Map(before.map((object) => [keyOf(object), object]));
  const is = new Set(after.map(keyOf));
  const removed = before.filter((object) => !is.has(keyOf(object)));
  return [
    ...after.flatMap((object) => change(was.get(keyOf(object)), object)),
    ...removed.flatMap((object) => change(object, undefined)),
  ];
}

function change(before: KubernetesObject | undefined, after: KubernetesObject | undefined): ObjectChange[] {
  const any = after ?? before;
  if (any === undefined || isDeepStrictEqual(before, after)) return [];
  const { kind, metadata } = any;
  const action = before === undefined ? "create" : after === undefined ? "delete" : "update";
  return [{ action, kind, namespace: metadata.namespace, name: metadata.name, before, after }];
}

function keyOf({ apiVersion, kind, metadata: { namespace = "", name } }: KubernetesObject): string {
  return [apiVersion, kind, namespace, name].join(" ");
}
