import { grants, kargoUsersBinding, teamServiceAccount } from "../manifests/access.ts";
import { application, appProject } from "../manifests/argo-cd.ts";
import { credentialSecret } from "../manifests/credentials.ts";
import { guards } from "../manifests/guard.ts";
import { project, projectConfig, projectNamespace, stage, warehouse } from "../manifests/kargo.ts";
import type { KubernetesObject } from "../manifests/objects.ts";
import { promotionTask } from "../manifests/promotion-task.ts";
import { deployingStages, type Plan, type PlatformPlan, type ServicePlan } from "../model/plan.ts";

/** Every Kubernetes object that a plan becomes, in an order in which they can be made. */
export function everyObject({ platform, services }: Plan): readonly KubernetesObject[] {
  return [...(platform ? objectsOfPlatform(platform) : []), ...services.flatMap(objectsOfService)];
}

/** What all services share. */
export function objectsOfPlatform(platform: PlatformPlan): readonly KubernetesObject[] {
  return [
    ...platform.promotionTasks.map(promotionTask),
    ...platform.subjects.map(teamServiceAccount),
    kargoUsersBinding(platform.subjects),
    ...guards(platform.guard).flatMap(({ policy, binding }) => [policy, binding]),
    ...platform.credentials.map((plan) => {
      const secret = credentialSecret(plan);
      return { ...secret, stringData: { ...secret.stringData, [plan.secret.key]: "planted" } };
    }),
  ];
}

/** The objects of one service; its namespace first. */
export function objectsOfService(service: ServicePlan): readonly KubernetesObject[] {
  return [
    projectNamespace(service),
    project(service),
    projectConfig(service),
    warehouse(service),
    ...service.stages.map((plan) => stage(service, plan)),
    ...grants(service).flatMap(({ role, binding }) => [role, binding]),
    appProject(service),
    ...deployingStages(service).map((plan) => application(service, plan)),
  ];
}

/** `Stage kargo-nginx/dev`, as messages name an object. */
export function nameOf({ kind, metadata: { name, namespace } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
