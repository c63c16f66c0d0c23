import type { BuildNamespacePlan, BuildTriggersPlan } from "../model/build-plan.ts";
import { TEAM_LABEL } from "../model/labels.ts";
import { buildNamespace, EVENTS_NAMESPACE } from "../model/names.ts";
import { SENSOR_ACCOUNT } from "./argo-events.ts";
import { BUILD_ACCOUNT, BUILD_LIMIT } from "./argo-workflows.ts";
import { LAUNCH_ACCOUNT } from "./build-job.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";
import { type BoundRole, grant } from "./rbac-rules.ts";
import { type PolicyRule, RBAC_GROUP, type ServiceAccount, type Subject } from "./rbac-types.ts";

const READ = ["get", "list", "watch"] as const;

/** A Sensor's right in a build namespace: only start Workflows. */
const START_BUILDS: readonly PolicyRule[] = [
  { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
];

/** The right of Argo's own containers: report their result. */
const REPORT_RESULTS: readonly PolicyRule[] = [
  { apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] },
];

/**
 * The rights of the account that creates a build's Job: create and read it. Argo's executor runs `kubectl apply`
 * and reads the Job until it ends (its workflow/executor/resource.go); it changes and deletes none.
 */
const LAUNCH_BUILDS: readonly PolicyRule[] = [
  ...REPORT_RESULTS,
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "get"] },
];

/** A team's rights on its builds: read them and their logs. It cannot start one; only a push does. */
const READ_BUILDS: readonly PolicyRule[] = [
  { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: READ },
  { apiGroups: [""], resources: ["pods", "pods/log", "events"], verbs: READ },
];

export interface ConfigMap extends KubernetesObject {
  readonly apiVersion: "v1";
  readonly kind: "ConfigMap";
  readonly data?: Readonly<Record<string, string>>;
}

export const SENSOR_ROLE = "kargo-fleet-sensor";
export const READERS_ROLE = "kargo-fleet-build-readers";
/** The program's Roles in a build namespace, by name, with their rules. */
export const BUILD_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  [SENSOR_ROLE]: START_BUILDS,
  [READERS_ROLE]: READ_BUILDS,
};

/** The Roles of a team's build namespace: for the Sensor that starts builds, and for readers of logs. */
export function buildGrants(namespace: BuildNamespacePlan): readonly [sensor: BoundRole, readers: BoundRole] {
  const sensor: Subject = { kind: "ServiceAccount", name: SENSOR_ACCOUNT, namespace: EVENTS_NAMESPACE };
  const people = namespace.groups.map((name): Subject => ({ kind: "Group", name, apiGroup: RBAC_GROUP }));
  return [
    grant(namespace.name, SENSOR_ROLE, START_BUILDS, [sensor]),
    grant(namespace.name, READERS_ROLE, READ_BUILDS, people),
  ];
}

/** The limit of a team's parallel builds. */
export function buildLimit({ name }: BuildNamespacePlan, { builds }: BuildTriggersPlan): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: BUILD_LIMIT.name, namespace: name, labels: { ...MANAGED_BY } },
    data: { [BUILD_LIMIT.key]: String(builds.parallelism) },
  };
}

/** A Secret that Kubernetes fills with a ServiceAccount's token. */
interface TokenSecret extends KubernetesObject {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly type: "kubernetes.io/service-account-token";
}

/**
 * A team's build namespace and the two ServiceAccounts of its Workflows. An administrator creates them, so the
 * deployer handles no token, and may read only its own Secret in a build namespace.
 */
export function buildIdentity(team: string): readonly KubernetesObject[] {
  const namespace = buildNamespace(team);
  const labels = { ...MANAGED_BY, [TEAM_LABEL]: team };
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: namespace,
        // Kaniko runs as root, which "restricted" would refuse.
        labels: { ...labels, "pod-security.kubernetes.io/enforce": "baseline" },
      },
    },
    ...account(namespace, BUILD_ACCOUNT, labels, REPORT_RESULTS),
    ...account(namespace, LAUNCH_ACCOUNT, labels, LAUNCH_BUILDS),
  ];
}

/**
 * A ServiceAccount with its rights, and its token Secret with the name that Argo Workflows expects (its
 * docs/service-account-secrets.md).
 */
function account(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  rules: readonly PolicyRule[],
): readonly KubernetesObject[] {
  const itself: ServiceAccount = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace, labels },
    automountServiceAccountToken: false,
  };
  const token: TokenSecret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `${name}.service-account-token`,
      namespace,
      labels,
      annotations: { "kubernetes.io/service-account.name": name },
    },
    type: "kubernetes.io/service-account-token",
  };
  const { role, binding } = grant(namespace, name, rules, [{ kind: "ServiceAccount", name, namespace }]);
  return [itself, token, role, binding];
}
