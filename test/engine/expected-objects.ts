/* What an `up` makes in a cluster, spelled out rather than taken from the plan: `Kind namespace/name`. */

/** What one service has in the cluster, spelled out rather than taken from the plan. */
export function objectsOf(name: string, stages: readonly string[] = ["dev", "prod", "staging"]): string[] {
  return [
    `AppProject argocd/${name}`,
    ...stages.map((stage) => `Application argocd/${name}-${stage}`),
    ...stages.map((stage) => `Stage kargo-${name}/${stage}`),
    `Namespace /kargo-${name}`,
    `Project /kargo-${name}`,
    `ProjectConfig kargo-${name}/kargo-${name}`,
    `RoleBinding kargo-${name}/kargo-fleet-approvers`,
    `RoleBinding kargo-${name}/kargo-fleet-team`,
    `Role kargo-${name}/kargo-fleet-approvers`,
    `Role kargo-${name}/kargo-fleet-team`,
    `Warehouse kargo-${name}/${name}`,
  ];
}

/** What all services share. */
const PLATFORM = [
  ...["promote-v1", "promote-v2", "pull-request-v1", "pull-request-v2"].map(
    (task) => `ClusterPromotionTask /kargo-fleet-${task}`,
  ),
  ...["approvers-edge", "approvers-identity", "team-edge", "team-identity"].map(
    (name) => `ServiceAccount kargo-fleet-teams/${name}`,
  ),
];

/** The Secrets that an administrator made and the program fills. */
const FILLED = ["credential-git", "credential-image"];

/** What turns pushes into images: two groups of services, two teams. */
const TRIGGERS = [
  "ClusterWorkflowTemplate /build-push-image",
  "EventBus kargo-fleet-events/default",
  "Role kargo-fleet-events/kargo-fleet-sensor",
  "RoleBinding kargo-fleet-events/kargo-fleet-sensor",
  "ServiceAccount kargo-fleet-events/kargo-fleet-event-source",
  "ServiceAccount kargo-fleet-events/kargo-fleet-sensor",
  ...["EventSource", "Secret", "Sensor"].flatMap((kind) =>
    ["github-00", "github-01"].map((group) => `${kind} kargo-fleet-events/${group}`),
  ),
  ...["builds-edge", "builds-identity"].flatMap((namespace) => [
    `ConfigMap ${namespace}/kargo-fleet-builds`,
    ...["build", "builds", "launch", "transport"].map(
      (name) => `NetworkPolicy ${namespace}/kargo-fleet-${name}`,
    ),
    ...["build-readers", "sensor"].flatMap((name) => [
      `Role ${namespace}/kargo-fleet-${name}`,
      `RoleBinding ${namespace}/kargo-fleet-${name}`,
    ]),
  ]),
];

/** The namespaces in which the deployer has a Role. */
const DEPLOYED_TO = [
  "argocd",
  "builds-edge",
  "builds-identity",
  "kargo-fleet-events",
  "kargo-fleet-teams",
  "kargo-shared-resources",
  "kargo-system-resources",
];

/** What an administrator applied before, with our label too. */
export const DEPLOYER: readonly string[] = [
  ...["approval", "asked", "build-jobs", "deployer", "guard", "status", "workflows"].flatMap((policy) => [
    `ValidatingAdmissionPolicy /kargo-fleet-${policy}`,
    `ValidatingAdmissionPolicyBinding /kargo-fleet-${policy}`,
  ]),
  ...["builds-edge", "builds-identity", "kargo-fleet-events", "kargo-fleet-teams"].map(
    (name) => `Namespace /${name}`,
  ),
  ...DEPLOYED_TO.flatMap((namespace) => [
    `Role ${namespace}/kargo-fleet-deployer`,
    `RoleBinding ${namespace}/kargo-fleet-deployer`,
  ]),
  ...["builds-edge", "builds-identity"].flatMap((namespace) =>
    ["kargo-fleet-build", "kargo-fleet-launch"].flatMap((account) => [
      `Role ${namespace}/${account}`,
      `RoleBinding ${namespace}/${account}`,
      `Secret ${namespace}/${account}.service-account-token`,
      `ServiceAccount ${namespace}/${account}`,
    ]),
  ),
  "Secret builds-edge/kargo-fleet-receiver",
  "Secret builds-identity/kargo-fleet-receiver",
  "Secret kargo-shared-resources/kargo-fleet-git",
  "Secret kargo-shared-resources/kargo-fleet-image",
  "Secret kargo-system-resources/kargo-fleet-builds",
].sort();

/** All that there is once these services are up, of teams edge and identity, in two groups of webhooks. */
export function everythingOf(names: readonly string[]): string[] {
  return [...DEPLOYER, ...PLATFORM, ...TRIGGERS, ...names.flatMap((name) => objectsOf(name))].sort();
}

/**
 * How many resources the engine knows then: seventeen a service; what they share, with its two components and binding; two
 * providers; the values files.
 */
export function resourcesOf(names: readonly string[]): number {
  return names.length * 17 + PLATFORM.length + FILLED.length + TRIGGERS.length + 3 + 2 + 1;
}
