import { stringify } from "yaml";
import { platformObjects, secretNames, serviceObjects } from "../../manifests/inventory/objects.ts";
import type { KubernetesObject } from "../../manifests/objects.ts";
import { deployingStages, type Plan } from "../../model/plan.ts";

/** One Kubernetes object as a file. */
export interface RenderedFile {
  /** From the folder that everything is rendered into; in the order of these paths the objects can be applied. */
  readonly path: string;
  readonly text: string;
}

/** Kinds that others lean on come before the rest: kubectl applies the files of a folder in the order of their names. */
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
 * A plan as files, one a Kubernetes object: the same plan gives the same bytes, and a change of one service changes its
 * files alone. There is no Secret among them.
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
  // What all services share has the same name in several namespaces; of a service, kind and name tell everything apart.
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

/** What a plan has beside the rendered objects, one line each: a person who applies them must know. */
export function leftOut(plan: Plan): readonly string[] {
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
