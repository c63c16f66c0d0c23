import { createHash } from "node:crypto";

/** Names that a Kubernetes object, a namespace or a label value may have are at most this long (RFC 1123). */
export const NAME_LIMIT = 63;
/** Helm cuts nothing: a longer release name is refused. The release takes the Application's name. */
export const HELM_RELEASE_LIMIT = 53;

/** Namespaces that Kubernetes, Kargo and the Argo projects own; nothing derived may meet them. */
export const RESERVED_NAMESPACES: readonly string[] = [
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "kargo",
  "kargo-system-resources",
  "kargo-shared-resources",
  "kargo-cluster-secrets",
  "argocd",
  "argo",
  "argo-events",
  "argo-rollouts",
  "kargo-fleet-events",
  "kargo-fleet-teams",
];

/** Where EventBus, EventSources and Sensors are: Argo Events wants all three in one namespace. */
export const EVENTS_NAMESPACE = "kargo-fleet-events";

/** The namespace of the teams' ServiceAccounts; Kargo's chart lists it in `api.oidc.globalServiceAccounts.namespaces`. */
export const TEAMS_NAMESPACE = "kargo-fleet-teams";

/** Where Argo CD runs, and so where its Applications and AppProjects live. */
export const ARGOCD_NAMESPACE = "argocd";

/** The Kargo Project of a service. Its name is its namespace's name: Kargo knows no other way. */
export function projectName(service: string): string {
  return `kargo-${service}`;
}

export function warehouseName(service: string): string {
  return service;
}

export function appProjectName(service: string): string {
  return service;
}

export function applicationName(service: string, stage: string): string {
  return `${service}-${stage}`;
}

/** The namespace a stage is deployed to, where the pipeline names no other: `{service}-{stage}`. */
export function destinationNamespace(template: string, service: string, stage: string): string {
  return fill(template, { service, stage });
}

/** A folder in the GitOps repository: of a service's values files, or of its chart. */
export function gitopsFolder(template: string, service: string, cluster: string): string {
  return fill(template, { service, cluster });
}

export function valuesFile(folder: string, stage: string): string {
  return `${folder}/values-${stage}.yaml`;
}

/** The shared ClusterPromotionTask of a version, for example `v1`. */
export function promotionTaskName(version: string, by: "push" | "pull-request"): string {
  return by === "push" ? `kargo-fleet-promote-${version}` : `kargo-fleet-pull-request-${version}`;
}

/** The namespace that a team's images are built in. */
export function buildNamespace(team: string): string {
  return `builds-${team}`;
}

/**
 * The EventSource, Sensor and Secret that a service belongs to. By a hash of its name modulo the fixed number of
 * groups: adding or removing a service moves no other.
 */
export function triggerGroup(service: string, groups: number): string {
  return `github-${String(stableHash("triggers", service) % groups).padStart(2, "0")}`;
}

/** The path that GitHub posts a service's pushes to; its first part names the group, so that one route leads there. */
export function webhookPath(group: string, service: string): string {
  return `/${group}/${service}`;
}

/** The name of a build's Workflow but for its end, twelve digits of the commit: the same commit is not built twice. */
export function workflowPrefix(service: string): string {
  return `${service}-`;
}

/** What Argo Workflows puts into a label, cut nowhere: the prefix and twelve digits. */
export const WORKFLOW_COMMIT_DIGITS = 12;

/**
 * The Pulumi name of a resource of a service. The slash keeps service `nginx` role `dev-stage` apart from
 * service `nginx-dev` role `stage`: no service name has one.
 */
export function resourceName(service: string, role: string): string {
  return `${service}/${role}`;
}

/** A stable number from 0 to 2^32 - 1 for a name; `salt` keeps the uses independent of each other. */
export function stableHash(salt: string, name: string): number {
  return createHash("sha256").update(`${salt}\0${name}`).digest().readUInt32BE(0);
}

/** Why a text cannot name a service, a team or a stage; nothing where it can. */
export function nameProblem(name: string): string | undefined {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= NAME_LIMIT) return undefined;
  return `${JSON.stringify(name)} is no name: use at most ${NAME_LIMIT} of a-z, 0-9 and "-", with a letter or digit at both ends.`;
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, key: string) => values[key] ?? hole);
}
