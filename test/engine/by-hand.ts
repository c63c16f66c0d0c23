import type { Cluster } from "../../fleet/cluster.ts";
import { RBAC } from "./access-world.ts";
import { get, post, remove, sendOrThrow } from "./requests.ts";

/** Objects that an administrator creates by hand: path and body. */
export type ByHand = readonly { readonly path: string; readonly body: object }[];

export async function make(admin: Cluster, objects: ByHand): Promise<void> {
  for (const { path, body } of objects) await sendOrThrow(admin, post(path, body));
}

export async function unmake(admin: Cluster, objects: ByHand): Promise<void> {
  for (const { path, body } of objects.toReversed()) {
    const { name } = (body as { metadata: { name: string } }).metadata;
    await sendOrThrow(admin, remove(`${path}/${name}`));
  }
}

/** Deletes an object. Returns what is needed to create it again. */
export async function deleteObject(admin: Cluster, path: string, name: string): Promise<ByHand> {
  const { body } = await sendOrThrow(admin, get(`${path}/${name}`));
  const { metadata, ...more } = body as { metadata: { labels: object } };
  await sendOrThrow(admin, remove(`${path}/${name}`));
  return [{ path, body: { ...more, metadata: { name, labels: metadata.labels } } }];
}

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** The subject of a binding. */
export function group(name: string): object {
  return { kind: "Group", name, apiGroup: RBAC_GROUP };
}
export function account(namespace: string, name: string): object {
  return { kind: "ServiceAccount", name, namespace };
}

/** A custom role, bound to a subject in a namespace; role and binding have the same name. */
export function bound(
  subject: object,
  namespace: string,
  rules: readonly object[],
  name = "by-hand",
): ByHand {
  const path = `${RBAC}/namespaces/${namespace}`;
  return [
    { path: `${path}/roles`, body: { metadata: { name }, rules } },
    ...binding(subject, path, "Role", name),
  ];
}

/** The same for the whole cluster. */
export function boundEverywhere(subject: object, rules: readonly object[], name = "by-hand"): ByHand {
  const subjects = [subject];
  const roleRef = { apiGroup: RBAC_GROUP, kind: "ClusterRole", name };
  return [
    { path: `${RBAC}/clusterroles`, body: { metadata: { name }, rules } },
    { path: `${RBAC}/clusterrolebindings`, body: { metadata: { name }, roleRef, subjects } },
  ];
}

/** An existing ClusterRole, bound to a subject in a namespace. */
export function boundTo(clusterRole: string, subject: object, namespace: string): ByHand {
  return binding(subject, `${RBAC}/namespaces/${namespace}`, "ClusterRole", clusterRole);
}

function binding(subject: object, path: string, kind: string, name: string): ByHand {
  const roleRef = { apiGroup: RBAC_GROUP, kind, name };
  return [{ path: `${path}/rolebindings`, body: { metadata: { name }, roleRef, subjects: [subject] } }];
}
