import { hash } from "node:crypto";
import { host } from "../git-host/facts.ts";

/** The maximum length of an object's name, a namespace or a label value (RFC 1123). */
export const NAME_LIMIT = 63;
/** Helm refuses a longer release name. The release has the Application's name. */
export const HELM_RELEASE_LIMIT = 53;

/** Namespaces of Kubernetes, Kargo and the Argo projects, which no derived name may use. */
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
  "kargo-fleet-windows",
];

/** The namespace of EventBus, EventSources and Sensors: Argo Events requires one for all three. */
export const EVENTS_NAMESPACE = "kargo-fleet-events";

/**
 * The namespace of the teams' ServiceAccounts; Kargo's chart lists it in
 * `api.oidc.globalServiceAccounts.namespaces`.
 */
export const TEAMS_NAMESPACE = "kargo-fleet-teams";

/** The namespace of the calendar of windows and freezes, and of the switch that stops all Promotions. */
export const WINDOWS_NAMESPACE = "kargo-fleet-windows";

/** The namespace of Argo CD, its Applications and AppProjects. */
export const ARGOCD_NAMESPACE = "argocd";

/** The Kargo Project of a service. Its namespace has the same name, as Kargo requires. */
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

/** The namespace to which a stage is deployed; the default template is `{service}-{stage}`. */
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

/**
 * The name of a shared ClusterPromotionTask for a version such as `v1`.
 * @param several whether it writes several images
 */
export function promotionTaskName(version: string, by: "push" | "pull-request", several = false): string {
  return `kargo-fleet-${several ? "images-" : ""}${by === "push" ? "promote" : by}-${version}`;
}

/** The namespace in which a team's images are built. */
export function buildNamespace(team: string): string {
  return `builds-${team}`;
}

/**
 * The EventSource, Sensor and Secret of a service: a hash of its name modulo the fixed number of groups. So adding
 * or removing a service moves no other.
 */
export function triggerGroup(service: string, groups: number): string {
  return `${host.prefix}-${String(stableHash("triggers", service) % groups).padStart(2, "0")}`;
}

/** The EventSource that watches Kargo's events. */
export const EVENT_WATCH = "notify";

/** The EventSource that knows when windows open. */
export const WINDOW_CALENDAR = "notify-windows";

/** The Sensor that sends a team's messages: a hash of its name modulo the fixed number of groups. */
export function notificationGroup(team: string, groups: number): string {
  return `notify-${String(stableHash("notifications", team) % groups).padStart(2, "0")}`;
}

/** The path of a service's webhook. Its first part names the group, so that one route serves the group. */
export function webhookPath(group: string, service: string): string {
  return `/${group}/${service}`;
}

/**
 * The prefix of a build's Workflow name. It is followed by twelve digits of the commit, so that a commit is built
 * only once.
 */
export function workflowPrefix(service: string): string {
  return `${service}-`;
}

/** Argo Workflows puts the whole name into a label: the prefix and twelve digits must fit. */
export const WORKFLOW_COMMIT_DIGITS = 12;

/**
 * The Pulumi name of a service's resource. The slash separates service `nginx` role `dev-stage` from service
 * `nginx-dev` role `stage`, since no service name contains one.
 */
export function resourceName(service: string, role: string): string {
  return `${service}/${role}`;
}

/** A stable number from 0 to 2^32 - 1 for a name; `salt` makes different uses independent. */
export function stableHash(salt: string, name: string): number {
  return hash("sha256", `${salt}\0${name}`, "buffer").readUInt32BE(0);
}

/** Why a text is invalid as the name of a service, a team or a stage; undefined if it is valid. */
export function nameProblem(name: string): string | undefined {
  if (/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= NAME_LIMIT) return undefined;
  return `${JSON.stringify(name)} is not a valid name: use at most ${NAME_LIMIT} of a-z, 0-9 and "-", with a letter or digit at both ends.`;
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (hole, key: string) => values[key] ?? hole);
}
