import { ORGANIZATION } from "../model/build-plan.ts";
import { EVENTS_NAMESPACE } from "../model/names.ts";
import {
  type BuildTriggersPlan,
  deployingStages,
  type Plan,
  type PlatformPlan,
  type ServicePlan,
} from "../model/plan.ts";
import { grants, kargoUsersBinding, teamServiceAccount } from "./access.ts";
import { application, appProject } from "./argo-cd.ts";
import { eventBus, eventSource, organizationEventSource, sensor } from "./argo-events.ts";
import { buildTemplate } from "./argo-workflows.ts";
import { buildGrants, buildLimit } from "./build-namespace.ts";
import { buildNetwork } from "./build-network.ts";
import { RECEIVER_SECRET } from "./build-steps.ts";
import { SHARED_NAMESPACE } from "./credentials.ts";
import { eventAccounts, leaderElection } from "./events-namespace.ts";
import { project, projectConfig, projectNamespace, stage, warehouse } from "./kargo.ts";
import { clusterConfig, RECEIVER, SYSTEM_NAMESPACE } from "./kargo-receiver.ts";
import type { KubernetesObject } from "./objects.ts";
import { promotionTask } from "./promotion-task.ts";
import { webhookExposure } from "./webhook-exposure.ts";

/**
 * What all services of a cluster share, but for its Secrets and for what an administrator makes (`deployerObjects`), in an
 * order in which it can be made.
 */
export function platformObjects(platform: PlatformPlan): readonly KubernetesObject[] {
  return [
    ...platform.promotionTasks.map(promotionTask),
    ...platform.subjects.map(teamServiceAccount),
    kargoUsersBinding(platform.subjects),
    ...(platform.buildTriggers ? buildTriggerObjects(platform.buildTriggers) : []),
  ];
}

/** Stands where the engine puts a hash of the hooks' secrets: without them nobody can know it. */
const SECRETS_HASH = "0000000000000000";

/** What turns pushes into images, but for its Secrets, in an order in which it can be made. */
function buildTriggerObjects(triggers: BuildTriggersPlan): readonly KubernetesObject[] {
  const { owner, path, organizationHook, groups, namespaces, receiver } = triggers;
  const leader = leaderElection();
  return [
    ...eventAccounts(),
    leader.role,
    leader.binding,
    eventBus(triggers),
    buildTemplate(triggers),
    ...namespaces.flatMap((namespace) => [
      ...buildGrants(namespace).flatMap(({ role, binding }) => [role, binding]),
      ...buildNetwork(namespace, triggers),
      buildLimit(namespace, triggers),
    ]),
    ...(organizationHook
      ? [organizationEventSource(owner, path, SECRETS_HASH)]
      : groups.map((group) => eventSource(group, path, SECRETS_HASH))),
    ...groups.map((group) => sensor(group, organizationHook !== undefined)),
    ...webhookExposure(triggers),
    ...(receiver ? [clusterConfig()] : []),
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
  const credentials = (platform?.credentials ?? []).map(({ name, secret }) => ({
    namespace: SHARED_NAMESPACE,
    name,
    from: `kargo-fleet:${secret.from}`,
  }));
  return [...credentials, ...(platform?.buildTriggers ? triggerSecrets(platform.buildTriggers) : [])];
}

/** All of them are derived from one. */
function triggerSecrets({
  groups,
  namespaces,
  organizationHook,
  receiver,
}: BuildTriggersPlan): readonly SecretName[] {
  const hooks = organizationHook ? [ORGANIZATION] : groups.map(({ name }) => name);
  const names = [
    ...hooks.map((name) => ({ namespace: EVENTS_NAMESPACE, name })),
    ...(receiver ? [{ namespace: SYSTEM_NAMESPACE, name: RECEIVER }] : []),
    ...(receiver ? namespaces.map(({ name }) => ({ namespace: name, name: RECEIVER_SECRET.name })) : []),
  ];
  return names.map((name) => ({ ...name, from: "kargo-fleet:webhookMasterSecret" }));
}
