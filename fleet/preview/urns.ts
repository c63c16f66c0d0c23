import type { KubernetesObject } from "../../manifests/objects.ts";
import { serviceObjects } from "../../manifests/plan-objects.ts";
import { resourceName } from "../../model/names.ts";
import type { Plan, ServicePlan } from "../../model/plan.ts";
import { PROJECT } from "../../model/stack-config.ts";
import { kubernetesType, type PlannedResource } from "./planned-resource.ts";
import { platformResources } from "./platform-urns.ts";

/** The one resource of all values files of a stack. */
export const VALUES_FILES: PlannedResource = {
  type: "pulumi-nodejs:dynamic/kargo-fleet:ValuesFiles",
  name: "values-files",
};

const PIPELINE = "kargo-fleet:index:ServicePipeline";

/**
 * The name by which the engine knows a resource. There is no pattern in it: a target with one would meet others.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
export function urnOf(stack: string, { type, name }: PlannedResource): string {
  return `urn:pulumi:${stack}::${PROJECT}::${type}::${name}`;
}

/** Everything of a service, its component included. A hook that is gone already may be among it. */
export function serviceResources(service: ServicePlan): PlannedResource[] {
  const child = (type: string, role: string) => ({
    type: `${PIPELINE}$${type}`,
    name: resourceName(service.name, role),
  });
  return [
    { type: PIPELINE, name: service.name },
    ...serviceObjects(service).map((object) => child(kubernetesType(object), roleOf(object, service))),
    ...(service.webhook ? [child("github:index/repositoryWebhook:RepositoryWebhook", "webhook")] : []),
  ];
}

/** Everything that all services of a plan share, but for the providers. */
export function sharedResources({ platform }: Pick<Plan, "platform">): PlannedResource[] {
  return platform ? platformResources(platform) : [];
}

/** What the components call an object of a service. */
function roleOf({ kind, metadata: { name } }: KubernetesObject, service: ServicePlan): string {
  const actor = name.replace("kargo-fleet-", "");
  const roles: Readonly<Record<string, string>> = {
    Namespace: "namespace",
    Project: "project",
    ProjectConfig: "project-config",
    Warehouse: "warehouse",
    Stage: `stage-${name}`,
    Role: `role-${actor}`,
    RoleBinding: `role-binding-${actor}`,
    AppProject: "app-project",
    Application: `application-${name.slice(service.name.length + 1)}`,
  };
  const role = roles[kind];
  if (role === undefined) throw new Error(`no role is known for a ${kind}`);
  return role;
}
