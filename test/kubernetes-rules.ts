import type { Application } from "../manifests/argo-cd.ts";
import type { KubernetesObject } from "../manifests/objects.ts";

/*
 * Kubernetes' rules for the metadata of all kinds:
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and …/labels/#syntax-and-character-set
 */

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_PART = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** The limit for all annotations of an object, in bytes. */
const ANNOTATIONS_LIMIT = 262_144;

/** A limit for one object, in bytes (etcd's own is 1.5 MiB). */
const OBJECT_LIMIT = 1_000_000;

/** Kinds whose name is also a namespace's, so it must be one label. */
const NAMED_AS_NAMESPACE = ["Namespace", "Project", "ProjectConfig"];

/** RBAC names may contain any characters of a path segment. */
const RBAC = ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

/** All violations of Kubernetes' metadata rules in an object. */
export function metadataProblems(object: KubernetesObject): string[] {
  const { kind, metadata } = object;
  const { name, namespace, labels, annotations = {} } = metadata;
  const problems: string[] = [];
  const demand = (fits: boolean, what: string) => {
    if (!fits) problems.push(what.length > 200 ? `${what.slice(0, 200)}…` : what);
  };
  demand(fitsAsName(kind, name), `name ${JSON.stringify(name)}`);
  demand(namespace === undefined || DNS_LABEL.test(namespace), `namespace ${JSON.stringify(namespace)}`);
  for (const [key, value] of Object.entries(labels)) {
    demand(isQualified(key), `label key ${JSON.stringify(key)}`);
    demand(value === "" || QUALIFIED_PART.test(value), `label ${key}: ${JSON.stringify(value)}`);
  }
  for (const key of Object.keys(annotations)) {
    demand(isQualified(key.toLowerCase()), `annotation key ${JSON.stringify(key)}`);
  }
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + bytes(key) + bytes(value), 0);
  demand(size <= ANNOTATIONS_LIMIT, `${size} bytes of annotations`);
  demand(bytes(JSON.stringify(object)) <= OBJECT_LIMIT, "more bytes than the API server stores");
  for (const text of textsOf(object)) {
    demand(text.isWellFormed(), `a text that is not valid Unicode: ${JSON.stringify(text)}`);
  }
  return problems;
}

function fitsAsName(kind: string, name: string): boolean {
  if (NAMED_AS_NAMESPACE.includes(kind)) return DNS_LABEL.test(name);
  if (RBAC.includes(kind)) return name !== "" && name !== "." && name !== ".." && !/[/%]/.test(name);
  return DNS_SUBDOMAIN.test(name);
}

/** The key of a label or annotation: a name with an optional domain prefix. */
function isQualified(key: string): boolean {
  const [name = "", domain, ...rest] = key.split("/").toReversed();
  return (
    rest.length === 0 && QUALIFIED_PART.test(name) && (domain === undefined || DNS_SUBDOMAIN.test(domain))
  );
}

const bytes = (text: string) => Buffer.byteLength(text);

function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item)]);
}

/** Argo CD creates this namespace at the first sync; nothing checks its name before. */
export function destinationProblems(object: KubernetesObject): string[] {
  if (object.kind !== "Application") return [];
  const { namespace } = (object as Application).spec.destination;
  return DNS_LABEL.test(namespace) ? [] : [`destination ${JSON.stringify(namespace)}`];
}
