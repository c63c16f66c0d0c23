import { buildGrants } from "../../manifests/build-namespace.ts";
import { buildNetwork } from "../../manifests/build-network.ts";
import { eventAccounts } from "../../manifests/events-namespace.ts";
import { webhookExposure } from "../../manifests/webhook-exposure.ts";
import { ORGANIZATION } from "../../model/build-plan.ts";
import { resourceName } from "../../model/names.ts";
import type { BuildTriggersPlan, PlatformPlan } from "../../model/plan.ts";
import { kubernetesType, type PlannedResource } from "./planned-resource.ts";

const PLATFORM = "kargo-fleet:index:Platform";
const TRIGGERS = `${PLATFORM}$kargo-fleet:index:BuildTriggers`;

const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const ARGO = "kubernetes:argoproj.io/v1alpha1";
const CORE = "kubernetes:core/v1";
const FILLED_SECRET = `${CORE}:SecretPatch`;

/** Type and role of each child of a component. */
type Child = readonly [type: string, role: string];

/** What `components/platform.ts` registers, by type and name. */
export function platformResources(platform: PlatformPlan): PlannedResource[] {
  const children: Child[] = [
    ...platform.promotionTasks.map(
      ({ by, version }): Child => [
        "kubernetes:kargo.akuity.io/v1alpha1:ClusterPromotionTask",
        `promotion-task-${by}-${version}`,
      ],
    ),
    ...platform.subjects.map(
      ({ serviceAccount }): Child => [`${CORE}:ServiceAccount`, `service-account-${serviceAccount}`],
    ),
    [`${RBAC}:ClusterRoleBinding`, "kargo-users"],
    ...platform.credentials.map(({ type }): Child => [FILLED_SECRET, `credential-${type}`]),
  ];
  return [
    { type: PLATFORM, name: "platform" },
    ...resources(PLATFORM, "platform", children),
    ...(platform.buildTriggers ? triggerResources(platform.buildTriggers) : []),
  ];
}

function triggerResources(triggers: BuildTriggersPlan): PlannedResource[] {
  const children: Child[] = [
    ...eventAccounts().map(
      ({ metadata }): Child => [`${CORE}:ServiceAccount`, `service-account-${metadata.name}`],
    ),
    [`${RBAC}:Role`, "role-leader"],
    [`${RBAC}:RoleBinding`, "role-binding-leader"],
    [`${ARGO}:EventBus`, "event-bus"],
    [`${ARGO}:ClusterWorkflowTemplate`, "workflow-template"],
    ...namespaceChildren(triggers),
    ...hookChildren(triggers),
    ...webhookExposure(triggers).map(
      (route): Child => [kubernetesType(route), `${route.kind.toLowerCase()}-${route.metadata.name}`],
    ),
    ...receiverChildren(triggers),
  ];
  return [{ type: TRIGGERS, name: "build-triggers" }, ...resources(TRIGGERS, "build-triggers", children)];
}

function namespaceChildren(triggers: BuildTriggersPlan): Child[] {
  return triggers.namespaces.flatMap((namespace): Child[] => [
    ...buildGrants(namespace).flatMap(({ role: { metadata } }): Child[] => [
      [`${RBAC}:Role`, `${namespace.team}-role-${metadata.name}`],
      [`${RBAC}:RoleBinding`, `${namespace.team}-role-binding-${metadata.name}`],
    ]),
    ...buildNetwork(namespace, triggers).map(
      (policy): Child => [kubernetesType(policy), `${namespace.team}-network-${policy.metadata.name}`],
    ),
    [`${CORE}:ConfigMap`, `${namespace.team}-limit`],
  ]);
}

function hookChildren({ organizationHook, groups }: BuildTriggersPlan): Child[] {
  const listening = organizationHook ? [ORGANIZATION] : groups.map(({ name }) => name);
  return [
    ...listening.flatMap((name): Child[] => [
      [`${CORE}:Secret`, `secret-${name}`],
      [`${ARGO}:EventSource`, `event-source-${name}`],
    ]),
    ...(organizationHook
      ? [["github:index/organizationWebhook:OrganizationWebhook", "webhook"] as const]
      : []),
    ...groups.map(({ name }): Child => [`${ARGO}:Sensor`, `sensor-${name}`]),
  ];
}

function receiverChildren({ receiver, namespaces }: BuildTriggersPlan): Child[] {
  if (!receiver) return [];
  return [
    [FILLED_SECRET, "receiver-secret"],
    ["kubernetes:kargo.akuity.io/v1alpha1:ClusterConfig", "receiver"],
    ...namespaces.map(({ team }): Child => [FILLED_SECRET, `${team}-receiver`]),
  ];
}

function resources(parent: string, component: string, children: readonly Child[]): PlannedResource[] {
  return children.map(([type, role]) => ({
    type: `${parent}$${type}`,
    name: resourceName(component, role),
  }));
}
