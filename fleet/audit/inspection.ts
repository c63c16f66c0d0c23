import { ARGOCD_NAMESPACE, buildNamespace, EVENTS_NAMESPACE, TEAMS_NAMESPACE } from "../../model/names.ts";
import type { ServicePlan } from "../../model/plan.ts";
import type { Cluster } from "../cluster.ts";
import type { StackFiles } from "../stack-files.ts";
import { differences } from "./differences.ts";
import { expectedObjects, kindsToRead } from "./expected-objects.ts";
import type { Finding } from "./finding.ts";
import { knownSubjects } from "./known-subjects.ts";
import { idOf, type LiveObject, type LiveObjects, readLiveObjects } from "./live-objects.ts";
import { otherRights, type Places } from "./other-rights.ts";

/** What reading the cluster's objects brought to light. */
export interface Inspection {
  readonly findings: readonly Finding[];
  /** How many objects were compared. */
  readonly objects: number;
  /** How many bindings were asked who gets what by them. */
  readonly bindings: number;
  /** In how many namespaces. */
  readonly namespaces: number;
  /** Who was expected to have rights that matter. */
  readonly known: readonly string[];
}

/**
 * Compares the objects that decide about access with those of the cluster, and asks who else has rights in the namespaces
 * that the plan touches.
 *
 * @param options.known whom a person vouches for, as `group <name>`
 * @throws FleetError where the API server does not let us read them
 */
export async function inspect(options: {
  readonly cluster: Cluster;
  readonly files: StackFiles;
  readonly services: readonly ServicePlan[];
  readonly previewer: string | undefined;
  readonly known: readonly string[];
}): Promise<Inspection> {
  const { cluster, files, services, previewer, known } = options;
  const { breakGlass, kargoNamespace } = files.config.access;
  const expected = expectedObjects(files, services, previewer);
  const live = await readLiveObjects(cluster, kindsToRead(expected));
  // What all services share another stack may own, and with it what is bound there.
  const { platform } = files.plan;
  const places: Places = {
    projects: services.map(({ project }) => project),
    builds: platform ? files.teams.map(buildNamespace) : [],
    own: platform ? [EVENTS_NAMESPACE, TEAMS_NAMESPACE] : [],
    shared: [ARGOCD_NAMESPACE, kargoNamespace, "kargo-shared-resources", "kargo-system-resources"],
  };
  const vouched = breakGlass === undefined ? known : [...known, `group ${breakGlass}`];
  const others = otherRights({ expected, live, places, isKnown: knownSubjects(kargoNamespace, vouched) });
  return {
    findings: [
      ...differences(expected, live),
      ...otherNetworkPolicies(expected, live, places.builds),
      ...others.findings,
    ].sort((a, b) => a.where.localeCompare(b.where) || a.what.localeCompare(b.what)),
    objects: expected.length,
    bindings: others.bindings,
    namespaces: Object.values(places).flat().length,
    known: others.known,
  };
}

/** NetworkPolicies only ever add to what is allowed: one more may open what ours close. */
function otherNetworkPolicies(
  expected: readonly LiveObject[],
  live: LiveObjects,
  namespaces: readonly string[],
): Finding[] {
  const ours = new Set(expected.map(idOf));
  return live
    .all("NetworkPolicy")
    .filter((policy) => namespaces.includes(policy.metadata.namespace ?? "") && !ours.has(idOf(policy)))
    .map((policy) => ({
      where: policy.metadata.namespace ?? "",
      who: [],
      what: `${idOf(policy)} is not the program's`,
      because: "a NetworkPolicy only ever adds to what the pods of builds may reach",
    }));
}
