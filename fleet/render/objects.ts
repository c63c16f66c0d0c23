import { stringify } from "yaml";
import { platformObjects, secretNames, serviceObjects } from "../../manifests/inventory/objects.ts";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { deployingStages, type Plan } from "../../model/plan.ts";

/** One Kubernetes object as a file. */
export interface RenderedFile {
  /** The path below the output folder. The order of the paths is a valid order for `kubectl apply`. */
  readonly path: string;
  readonly text: string;
}

/** Kinds that others depend on come first: kubectl applies the files of a folder in the order of their names. */
const FIRST = ["Namespace", "Project"];
const LEANING = [
  "Application",
  "ClusterRoleBinding",
  "EventSource",
  "RoleBinding",
  "Sensor",
  "Stage",
  "ValidatingAdmissionPolicyBinding",
];

/**
 * Renders a plan as files, one per Kubernetes object, without Secrets. The same plan gives the same bytes, and a
 * change of one service changes only its files.
 */
export function renderObjects({ platform, services }: Plan): readonly RenderedFile[] {
  const shared = platform ? platformObjects(platform).map((object) => rendered("platform", object)) : [];
  const own = services.flatMap((service) =>
    serviceObjects(service).map((object) => rendered(`services/${service.name}`, object)),
  );
  return [...shared, ...own].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function rendered(folder: string, object: KubernetesObject): RenderedFile {
  const { kind, metadata } = object;
  // Shared objects may have the same name in several namespaces. In a service, kind and name are unique.
  const name =
    folder === "platform" && metadata.namespace ? `${metadata.namespace}.${metadata.name}` : metadata.name;
  return { path: `${folder}/${rank(kind)}-${kind.toLowerCase()}-${name}.yaml`, text: yamlOf(object) };
}

function rank(kind: string): number {
  const first = FIRST.indexOf(kind);
  if (first >= 0) return first;
  return LEANING.includes(kind) ? FIRST.length + 1 : FIRST.length;
}

/** kubectl reads YAML 1.1, where a bare `on` is true and `1_000` a number. */
export function yamlOf(object: object): string {
  return stringify(object, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

/** What the rendered objects do not contain, one line each, for people who apply them. */
export function omitted(plan: Plan): readonly string[] {
  const secrets = secretNames(plan).map(
    ({ namespace, name, from }) => `Secret ${namespace}/${name}, whose content comes from ${from}`,
  );
  const hooks = plan.services.filter(({ webhook }) => webhook !== undefined).length;
  const files = plan.services.reduce((sum, service) => sum + deployingStages(service).length, 0);
  return [
    ...secrets,
    ...(hooks > 0 ? [`${hooks} webhooks at GitHub`] : []),
    ...(files > 0 ? [`${files} values files in the GitOps repository (fleet seed writes them)`] : []),
  ];
}
