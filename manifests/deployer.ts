import {
  ARGOCD_NAMESPACE,
  buildNamespace,
  EVENTS_NAMESPACE,
  TEAMS_NAMESPACE,
  WINDOWS_NAMESPACE,
} from "../model/names.ts";
import type { PlatformPlan } from "../model/plan.ts";
import { guardObjects } from "./admission.ts";
import { buildIdentity } from "./build-namespace.ts";
import { secretsToFill } from "./deployer-secrets.ts";
import { guards } from "./guard.ts";
import { switchObjects } from "./incident-switch.ts";
import { type Place, sampleRows } from "./inventory/sample.ts";
import type { Right } from "./missing-rights.ts";
import { watchGrant } from "./notification-sources.ts";
import { type KubernetesObject, MANAGED_BY } from "./objects.ts";
import { clusterGrant, grant } from "./rbac-rules.ts";
import { type PolicyRule, RBAC_GROUP } from "./rbac-types.ts";
import { rightsOfRows, rulesOfRights } from "./rights-of-rows.ts";

const NAME = "kargo-fleet-deployer";

/**
 * The deployer's rights: in the whole cluster, by namespace, and in each team's build namespace. They contain nothing on
 * admission policies, which limit the deployer, no `*` and no `escalate`.
 */
function deployerRights() {
  const rows = sampleRows();
  const placed = rows.flatMap(({ place }) => (typeof place === "object" ? [place.namespace] : []));
  const rightsAt = (is: (place: Place) => boolean) => rightsOfRows(rows.filter(({ place }) => is(place)));
  return {
    cluster: rightsAt((place) => place === "cluster" || place === "projects"),
    namespaces: new Map(
      [...new Set(placed)].map((name) => [
        name,
        rightsAt((place) => typeof place === "object" && place.namespace === name),
      ]),
    ),
    builds: rightsAt((place) => place === "builds"),
  };
}

/**
 * The objects that an administrator applies before the first `up`, and again for a new team or some changes of the
 * stack: the guards, the deployer's rights, the namespaces that it works in, the empty calendar and the switch that
 * stops the line, and each team's build namespace with the ServiceAccounts of its builds.
 * @param username of the API server, for example `system:serviceaccount:ci:pulumi`
 * @param teams of the catalogue, each with a build namespace
 * @param platform of the guards; undefined if another stack owns the shared objects
 */
export function deployerObjects(
  username: string,
  teams: readonly string[],
  platform: PlatformPlan | undefined,
): readonly KubernetesObject[] {
  return [
    ...(platform ? guardObjects(guards(platform)) : []),
    ...[TEAMS_NAMESPACE, EVENTS_NAMESPACE, WINDOWS_NAMESPACE].map(namespace),
    ...(platform ? switchObjects(platform.guard) : []),
    ...teams.flatMap(buildIdentity),
    ...(platform && platform.guard.receivers.length > 0 ? watchGrant() : []),
    ...secretsToFill(teams).map(({ namespace, name }) => emptySecret(namespace, name)),
    ...rights(NAME, username, rulesFor(teams)),
  ];
}

/**
 * The deployer's required rights by namespace; each includes those for the whole cluster.
 * @param teams whose build namespaces the stack uses; undefined if another stack owns the shared objects
 */
export function neededRules(
  teams: readonly string[] | undefined,
): ReadonlyMap<string, readonly PolicyRule[]> {
  const { cluster, namespaced } = rulesFor(teams ?? []);
  const shared = namespaced.filter(([name]) => teams || name === ARGOCD_NAMESPACE);
  return new Map(shared.map(([name, rules]) => [name, [...cluster, ...rules]]));
}

/**
 * The rights of an identity that previews and checks for drift: it may read what the deployer may, and change
 * nothing. A dry run needs the right to write; without it the provider computes the difference itself.
 * @param username and teams as for {@link deployerObjects}, whose namespaces must exist
 */
export function previewerObjects(username: string, teams: readonly string[]): readonly KubernetesObject[] {
  return rights("kargo-fleet-previewer", username, rulesFor(teams, isRead));
}

/** Secrets are read by name; only a deletion lists them. */
function isRead({ resource, verb }: Right): boolean {
  return verb === "get" || (["list", "watch"].includes(verb) && resource !== "secrets");
}

function emptySecret(namespace: string, name: string): KubernetesObject & { readonly type: "Opaque" } {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { ...MANAGED_BY } },
    type: "Opaque",
  };
}

function rulesFor(teams: readonly string[], isWanted: (right: Right) => boolean = () => true) {
  const { cluster, namespaces, builds } = deployerRights();
  const all = [...namespaces, ...teams.map((team) => [buildNamespace(team), builds] as const)];
  const everywhere = cluster.filter(isWanted);
  return {
    cluster: rulesOfRights(everywhere),
    namespaced: all.map(([name, own]) => [name, rulesOfRights(own.filter(isWanted), everywhere)] as const),
  };
}

function rights(
  name: string,
  username: string,
  { cluster, namespaced }: ReturnType<typeof rulesFor>,
): readonly KubernetesObject[] {
  const subjects = [{ kind: "User", name: username, apiGroup: RBAC_GROUP }] as const;
  return [
    ...clusterGrant(name, cluster, subjects),
    ...namespaced.flatMap(([namespace, own]) => Object.values(grant(namespace, name, own, subjects))),
  ];
}

function namespace(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { ...MANAGED_BY } } };
}
