import type { KubernetesObject } from "../../manifests/objects.ts";

/** Kinds of Argo Events whose definitions do not describe their specs. */
export const OPEN = ["EventBus", "EventSource", "Sensor"];

export function oneOfEachKind(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return [...new Map(objects.map((object) => [object.kind, object])).values()];
}

/** The defaults that the API server adds to each kind. */
export const ADDED: Readonly<Record<string, readonly string[]>> = {
  AppProject: [],
  Application: [],
  ClusterConfig: [],
  ClusterPromotionTask: [],
  ClusterRoleBinding: [],
  ClusterWorkflowTemplate: [],
  ConfigMap: [],
  EventBus: [],
  EventSource: [],
  Ingress: [],
  Namespace: ["metadata.labels.kubernetes.io/metadata.name", "spec"],
  NetworkPolicy: [],
  Project: [],
  ProjectConfig: [],
  Role: [],
  RoleBinding: [],
  Secret: [],
  Sensor: [],
  ServiceAccount: [],
  Stage: [],
  Warehouse: [],
};

/** The API server stores a Secret's text as base64. */
export function readable(object: KubernetesObject): object {
  if (!("stringData" in object)) return object;
  const { stringData, ...rest } = object;
  const data = Object.entries(Object(stringData)).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return { ...rest, data: Object.fromEntries(data) };
}

/** Removes the metadata that the server adds to every object. */
export function withoutBookkeeping(stored: KubernetesObject): object {
  const mine = ["name", "namespace", "labels", "annotations", "finalizers", "ownerReferences"];
  const metadata = Object.entries(stored.metadata).filter(([key]) => mine.includes(key));
  const { status: _, ...rest } = stored as KubernetesObject & { readonly status?: unknown };
  return { ...rest, metadata: Object.fromEntries(metadata) };
}
