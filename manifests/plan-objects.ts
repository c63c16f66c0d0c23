import { deployingStages, type Plan, type PlatformPlan, type ServicePlan } from "../model/plan.ts";
import { grants, kargoUsersBinding, teamServiceAccount } from "./access.ts";
import { application, appProject } from "./argo-cd.ts";
import { SHARED_NAMESPACE } from "./credentials.ts";
import { guards } from "./guard.ts";
import { project, projectConfig, projectNamespace, stage, warehouse } from "./kargo.ts";
import type { KubernetesObject } from "./objects.ts";
import { promotionTask } from "./promotion-task.ts";

/** What all services of a cluster share, but for its Secrets, in an order in which it can be made. */
export function platformObjects(platform: PlatformPlan): readonly KubernetesObject[] {
  return [
    ...platform.promotionTasks.map(promotionTask),
    ...platform.subjects.map(teamServiceAccount),
    kargoUsersBinding(platform.subjects),
    ...guards(platform.guard).flatMap(({ policy, binding }) => [policy, binding]),
  ];
}

/** The objects of one service, its namespace first, in an order in which they can be made. */
export function serviceObjects(service: ServicePlan): readonly KubernetesObject[] {
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

/** A Secret that a stack makes: where it is, and where its content comes from. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
  /** For example `kargo-fleet:gitPassword`. */
  readonly from: string;
}

/** The Secrets of a plan, by name: their content is the engine's alone. */
export function secretNames({ platform }: Plan): readonly SecretName[] {
  return (platform?.credentials ?? []).map(({ name, secret }) => ({
    namespace: SHARED_NAMESPACE,
    name,
    from: `kargo-fleet:${secret.from}`,
  }));
}
